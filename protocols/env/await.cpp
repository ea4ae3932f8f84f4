#include <windtunnel/protocols/env/await.h>

#include <utility>

namespace windtunnel {
namespace {

using Arguments = DiskArguments;

void start_open(Disk& d, const Arguments& a, Waiter& w) { d.open(a.path, a.mode, w); }
void start_size(Disk& d, const Arguments& a, Waiter& w) { d.size(a.file, w); }
void start_write(Disk& d, const Arguments& a, Waiter& w) { d.write(a.file, a.offset, a.bytes, w); }
void start_truncate(Disk& d, const Arguments& a, Waiter& w) { d.truncate(a.file, a.offset, w); }
void start_allocate(Disk& d, const Arguments& a, Waiter& w) { d.allocate(a.file, a.offset, w); }
void start_sync(Disk& d, const Arguments& a, Waiter& w) { d.sync(a.file, w); }
void start_make(Disk& d, const Arguments& a, Waiter& w) { d.make_directory(a.path, w); }
void start_rename(Disk& d, const Arguments& a, Waiter& w) { d.rename(a.path, a.other_path, w); }
void start_remove(Disk& d, const Arguments& a, Waiter& w) { d.remove(a.path, w); }
void start_sync_directory(Disk& d, const Arguments& a, Waiter& w) { d.sync_directory(a.path, w); }

Arguments on_path(std::string_view path) {
  Arguments arguments;
  arguments.path = path;
  return arguments;
}
Arguments on_file(File file, std::uint64_t offset = 0) {
  Arguments arguments;
  arguments.file = file;
  arguments.offset = offset;
  return arguments;
}

}  // namespace

DiskAwaiter<File> open_file(Env& env, std::string_view path, OpenMode mode) {
  Arguments arguments = on_path(path);
  arguments.mode = mode;
  return {env, &start_open, std::move(arguments)};
}
DiskAwaiter<std::uint64_t> file_size(Env& env, File file) {
  return {env, &start_size, on_file(file)};
}
DiskAwaiter<void> write_file(Env& env, File file, std::uint64_t offset, BytesView bytes) {
  Arguments arguments = on_file(file, offset);
  arguments.bytes = bytes;
  return {env, &start_write, std::move(arguments)};
}
DiskAwaiter<void> truncate_file(Env& env, File file, std::uint64_t size) {
  return {env, &start_truncate, on_file(file, size)};
}
DiskAwaiter<void> allocate_file(Env& env, File file, std::uint64_t size) {
  return {env, &start_allocate, on_file(file, size)};
}
DiskAwaiter<void> sync_file(Env& env, File file) { return {env, &start_sync, on_file(file)}; }
DiskAwaiter<void> make_directory(Env& env, std::string_view path) {
  return {env, &start_make, on_path(path)};
}
DiskAwaiter<void> rename_file(Env& env, std::string_view from, std::string_view to) {
  Arguments arguments = on_path(from);
  arguments.other_path = to;
  return {env, &start_rename, std::move(arguments)};
}
DiskAwaiter<void> remove_file(Env& env, std::string_view path) {
  return {env, &start_remove, on_path(path)};
}
DiskAwaiter<void> sync_directory(Env& env, std::string_view directory) {
  return {env, &start_sync_directory, on_path(directory)};
}

}  // namespace windtunnel
