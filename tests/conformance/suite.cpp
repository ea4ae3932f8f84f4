#include "tests/conformance/suite.h"

namespace windtunnel::conformance {

Connection connect(World& world, NodeId from, NodeId to) {
  Connection made;
  Result<std::unique_ptr<Listener>> listener = world.env(to).transport.listen(0);
  WT_ASSERT(listener.has_value(), "an ephemeral port is free");
  made.listener = std::move(*listener);
  Flag connected;
  made.client = world.env(from).transport.connect(made.listener->local(), connected);
  Flag acceptable;
  made.listener->when_acceptable(acceptable);
  const bool answered =
      world.run_until([&] { return connected.runs == 1 && acceptable.runs == 1; });
  WT_ASSERT(answered && connected.error() == Errc::ok, "a listener accepts");
  Result<std::unique_ptr<Stream>> accepted = made.listener->accept();
  WT_ASSERT(accepted.has_value(), "an acceptable listener has a connection");
  made.server = std::move(*accepted);
  return made;
}

Bytes make_bytes(std::size_t size) {
  Bytes bytes(size);
  std::uint64_t state = 1;
  for (std::byte& byte : bytes) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    byte = static_cast<std::byte>(state >> 56);
  }
  return bytes;
}

Errc code_of(const Error& error) {
  WT_ASSERT(error.category() == error_category(), "a port's errors are ours");
  return static_cast<Errc>(error.value());
}

Task<void> send_all(Env&, Stream& stream, BytesView bytes, Sending& sending) {
  while (!bytes.empty()) {
    const Result<std::size_t> written = stream.write(bytes);
    if (written) {
      bytes = bytes.subspan(*written);
      continue;
    }
    if (written.error() != Errc::would_block) {
      sending.error = code_of(written.error());
      break;
    }
    ++sending.waits;
    co_await writable(stream);
  }
  stream.shutdown_write();
  sending.done = true;
}

Task<void> receive_all(Env&, Stream& stream, Receiving& receiving) {
  Bytes chunk(16384);
  for (;;) {
    const Result<std::size_t> got = stream.read(chunk);
    if (got && *got == 0) break;
    if (got) {
      receiving.bytes.insert(receiving.bytes.end(), chunk.begin(), chunk.begin() + *got);
      continue;
    }
    if (got.error() != Errc::would_block) {
      receiving.error = code_of(got.error());
      break;
    }
    co_await readable(stream);
  }
  receiving.done = true;
}

Errc Files::finish(const Waiter& waiter) {
  const bool completed = world_.run_until([&] { return !waiter.armed(); });
  WT_ASSERT(completed, "a disk operation completes");
  return waiter.error();
}

Result<File> Files::open(std::string_view path, OpenMode mode) {
  Flag flag;
  disk().open(path, mode, flag);
  const Errc error = finish(flag);
  if (error != Errc::ok) return make_error_code(error);
  return File{static_cast<std::uint32_t>(flag.value())};
}

File Files::opened(std::string_view path, OpenMode mode) {
  const Result<File> file = open(path, mode);
  EXPECT_TRUE(file.has_value()) << path;
  return file.has_value() ? *file : File{};
}

Errc Files::write(File file, std::uint64_t offset, std::string_view text) {
  Flag flag;
  disk().write(file, offset, as_bytes(text), flag);
  return finish(flag);
}

Result<std::string> Files::read(File file, std::uint64_t offset, std::uint64_t length) {
  ReadFlag flag;
  disk().read(file, offset, length, flag);
  const Errc error = finish(flag);
  if (error != Errc::ok) return make_error_code(error);
  return std::string(as_text(flag.data));
}

std::string Files::contents(File file) {
  const std::uint64_t bytes = size(file);
  const Result<std::string> text = read(file, 0, bytes);
  EXPECT_TRUE(text.has_value());
  return text.has_value() ? *text : std::string();
}

std::uint64_t Files::size(File file) {
  Flag flag;
  disk().size(file, flag);
  EXPECT_EQ(finish(flag), Errc::ok);
  return flag.value();
}

Errc Files::truncate(File file, std::uint64_t size) {
  Flag flag;
  disk().truncate(file, size, flag);
  return finish(flag);
}

Errc Files::allocate(File file, std::uint64_t size) {
  Flag flag;
  disk().allocate(file, size, flag);
  return finish(flag);
}

Errc Files::sync(File file) {
  Flag flag;
  disk().sync(file, flag);
  return finish(flag);
}

Errc Files::make_directory(std::string_view path) {
  Flag flag;
  disk().make_directory(path, flag);
  return finish(flag);
}

Errc Files::rename(std::string_view from, std::string_view to) {
  Flag flag;
  disk().rename(from, to, flag);
  return finish(flag);
}

Errc Files::remove(std::string_view path) {
  Flag flag;
  disk().remove(path, flag);
  return finish(flag);
}

Result<std::vector<std::string>> Files::list(std::string_view directory) {
  ListFlag flag;
  disk().list(directory, flag);
  const Errc error = finish(flag);
  if (error != Errc::ok) return make_error_code(error);
  return flag.names;
}

Errc Files::sync_directory(std::string_view directory) {
  Flag flag;
  disk().sync_directory(directory, flag);
  return finish(flag);
}

}  // namespace windtunnel::conformance
