// What the operations of a disk do when they take effect, and how faults change it.
#include <windtunnel/sim/disk/sim_disk.h>

#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>

#include <algorithm>

namespace windtunnel {
namespace {

Errc errc_of(const Error& error) { return static_cast<Errc>(error.value()); }

}  // namespace

SimDisk::Outcome SimDisk::perform(DiskCall& call, Faulty faulty) {
  if (call.wiped) return {Errc::io_error, 0};
  const bool on_file = call.kind >= DiskCallKind::size && call.kind <= DiskCallKind::sync;
  if (!on_file) return perform_on_path(call, faulty);
  StoredFile* const file = find(call.file);
  if (file == nullptr) return {Errc::io_error, 0};
  used_pages_ -= file->image.used_pages();
  const Outcome outcome = perform_on_file(call, *file, faulty);
  used_pages_ += file->image.used_pages();
  return outcome;
}

SimDisk::Outcome SimDisk::perform_on_file(DiskCall& call, StoredFile& file, Faulty faulty) {
  switch (call.kind) {
    case DiskCallKind::size: return {Errc::ok, file.image.size()};
    case DiskCallKind::read: return read(call, file, faulty);
    case DiskCallKind::write: return write(call, file, faulty);
    case DiskCallKind::truncate:
    case DiskCallKind::allocate: return resize(call, file, faulty);
    case DiskCallKind::sync: return sync(call, file, faulty);
    case DiskCallKind::none:
    case DiskCallKind::open:
    case DiskCallKind::make_directory:
    case DiskCallKind::rename:
    case DiskCallKind::remove:
    case DiskCallKind::list:
    case DiskCallKind::sync_directory: break;
  }
  return {Errc::unsupported, 0};
}

SimDisk::Outcome SimDisk::perform_on_path(DiskCall& call, Faulty faulty) {
  switch (call.kind) {
    case DiskCallKind::open: return open(call, faulty);
    case DiskCallKind::make_directory: return make_directory(call, faulty);
    case DiskCallKind::rename: return rename(call);
    case DiskCallKind::remove: return remove(call);
    case DiskCallKind::list: return list(call);
    case DiskCallKind::sync_directory: return sync_directory(call, faulty);
    case DiskCallKind::none:
    case DiskCallKind::size:
    case DiskCallKind::read:
    case DiskCallKind::write:
    case DiskCallKind::truncate:
    case DiskCallKind::allocate:
    case DiskCallKind::sync: break;
  }
  return {Errc::unsupported, 0};
}

SimDisk::Outcome SimDisk::open(DiskCall& call, Faulty faulty) {
  const bool creates = call.mode == OpenMode::create || call.mode == OpenMode::create_new;
  const Result<NameTree::Place> place = names_.place(call.path);
  if (!place) return {errc_of(place.error()), 0};
  const Result<NameTree::Entry> found = names_.find(call.path);
  if (found && call.mode == OpenMode::create_new) return {Errc::already_exists, 0};
  if (found && found->directory) return {Errc::invalid_argument, 0};
  if (!found && !creates) return {errc_of(found.error()), 0};
  NameTree::Entry entry;
  if (found) {
    entry = *found;
  } else {
    if (!has_room(call, 1, faulty)) return {Errc::no_space, 0};
    entry.file = new_file_number();
    files_.resize(entry.file + std::size_t{1});
    files_[entry.file] = std::make_unique<StoredFile>(pool_);
    live_.push_back(entry.file);
    names_.create(*place, entry);
  }
  const std::uint32_t handle = entry.file << 1 | (call.mode == OpenMode::read ? 0U : 1U);
  // Nobody would close what nobody waits for.
  if (call.waiter != nullptr) {
    OpenHandle* const open = find_open(handle);
    if (open != nullptr) ++open->opens;
    if (open == nullptr) open_.push_back({handle, 1});
  }
  call.file = entry.file;
  return {Errc::ok, handle};
}

SimDisk::Outcome SimDisk::read(DiskCall& call, const StoredFile& file, Faulty faulty) {
  if (bites(DiskFaultKind::read_error, call, faulty)) return {Errc::io_error, 0};
  const std::uint64_t size = file.image.size();
  const std::uint64_t count = call.offset >= size ? 0 : std::min(call.length, size - call.offset);
  if (call.waiter != nullptr) {
    Bytes& data = static_cast<ReadWaiter*>(call.waiter)->data;
    data.resize(count);
    file.image.read(call.offset, data);
  }
  return {Errc::ok, count};
}

SimDisk::Outcome SimDisk::write(DiskCall& call, StoredFile& file, Faulty faulty) {
  const bool fits = call.offset <= kMaxFileBytes && call.length <= kMaxFileBytes - call.offset;
  if (!fits) return {Errc::no_space, 0};
  if (bites(DiskFaultKind::write_error, call, faulty)) return {Errc::io_error, 0};
  const std::uint64_t missing = file.image.pages_missing(call.offset, call.length);
  if (missing != 0 && !has_room(call, missing + file.image.used_pages(), faulty)) {
    return {Errc::no_space, 0};
  }
  const std::uint64_t sectors = file.image.size() / kSectorBytes;
  if (call.length == 0) return {};
  if (sectors > 1 && bites(DiskFaultKind::misdirected_write, call, faulty)) {
    const DrawKey& key = fault_keys_[static_cast<std::size_t>(DiskFaultKind::misdirected_write)];
    const std::uint64_t intended = call.offset / kSectorBytes;
    std::uint64_t sector = scale(key.of(0).at(call.number), sectors - 1);
    if (sector >= intended) ++sector;
    before_damage();
    const std::uint64_t room = file.image.size() - sector * kSectorBytes;
    const std::size_t count = std::min<std::size_t>(call.bytes.size(), room);
    file.image.write(sector * kSectorBytes, BytesView(call.bytes).first(count));
    // The size is metadata and knows nothing of it.
    if (call.offset + call.length > file.image.size()) {
      file.image.truncate(call.offset + call.length);
    }
    damaged({DiskFaultKind::misdirected_write, call.file, call.offset, call.length});
    return {};
  }
  file.image.write(call.offset, call.bytes);
  return {};
}

SimDisk::Outcome SimDisk::resize(DiskCall& call, StoredFile& file, Faulty faulty) {
  if (call.offset > kMaxFileBytes) return {Errc::no_space, 0};
  if (call.kind == DiskCallKind::truncate) {
    file.image.truncate(call.offset);
    return {};
  }
  const std::uint64_t missing = file.image.pages_missing_to_allocate(call.offset);
  if (missing != 0 && !has_room(call, missing + file.image.used_pages(), faulty)) {
    return {Errc::no_space, 0};
  }
  file.image.allocate(call.offset);
  return {};
}

SimDisk::Outcome SimDisk::sync(const DiskCall& call, StoredFile& file, Faulty faulty) {
  if (bites(DiskFaultKind::fail_sync, call, faulty)) {
    file.image.fail_sync();
    return {Errc::io_error, 0};
  }
  if (bites(DiskFaultKind::lie_sync, call, faulty)) {
    file.image.promise();
    lied(call.file);
    return {};
  }
  file.image.sync();
  if (listener_ != nullptr) listener_->on_synced(node_.id(), call.file, call.number);
  return {};
}

SimDisk::Outcome SimDisk::make_directory(const DiskCall& call, Faulty faulty) {
  const Result<NameTree::Place> place = names_.place(call.path);
  if (!place) return {errc_of(place.error()), 0};
  if (names_.find(call.path)) return {Errc::already_exists, 0};
  if (!has_room(call, 1, faulty)) return {Errc::no_space, 0};
  names_.create(*place, {new_file_number(), true});
  return {};
}

SimDisk::Outcome SimDisk::rename(const DiskCall& call) {
  const Result<NameTree::Place> from = names_.place(call.path);
  if (!from) return {errc_of(from.error()), 0};
  const Result<NameTree::Place> to = names_.place(call.other_path);
  if (!to) return {errc_of(to.error()), 0};
  const Errc error = names_.rename(*from, *to);
  if (error == Errc::ok) collect();
  return {error, 0};
}

SimDisk::Outcome SimDisk::remove(const DiskCall& call) {
  const Result<NameTree::Place> place = names_.place(call.path);
  if (!place) return {errc_of(place.error()), 0};
  const Result<NameTree::Entry> found = names_.find(call.path);
  if (!found) return {errc_of(found.error()), 0};
  if (found->directory && names_.has_children(found->file)) return {Errc::already_exists, 0};
  names_.remove(*place);
  collect();
  return {};
}

SimDisk::Outcome SimDisk::list(const DiskCall& call) {
  const Result<NameTree::Entry> found = names_.find(call.path);
  if (!found) return {errc_of(found.error()), 0};
  if (!found->directory) return {Errc::not_found, 0};
  if (call.waiter != nullptr) {
    static_cast<ListWaiter*>(call.waiter)->names = names_.list(found->file);
  }
  return {};
}

SimDisk::Outcome SimDisk::sync_directory(const DiskCall& call, Faulty faulty) {
  const Result<NameTree::Entry> found = names_.find(call.path);
  if (!found) return {errc_of(found.error()), 0};
  if (!found->directory) return {Errc::not_found, 0};
  // The changes stay pending: a directory has no pages that could be marked clean.
  if (bites(DiskFaultKind::fail_sync, call, faulty)) return {Errc::io_error, 0};
  if (bites(DiskFaultKind::lie_sync, call, faulty)) {
    names_.promise(found->file);
    lied(0);
    return {};
  }
  names_.sync(found->file);
  collect();
  if (listener_ != nullptr) listener_->on_names_synced(node_.id());
  return {};
}

// While an operation on a file runs, the pages of that file are not in `used_pages_`; the caller
// counts them.
bool SimDisk::has_room(const DiskCall& call, std::uint64_t pages, Faulty faulty) {
  if (!faulty) return true;
  if (bites(DiskFaultKind::full, call, faulty)) return false;
  const std::uint64_t capacity = profile_.capacity_bytes / kPageBytes;
  return profile_.capacity_bytes == 0 || used_pages_ + pages <= capacity;
}

// --- Faults. ---

bool SimDisk::bites(DiskFaultKind kind, const DiskCall& call, Faulty faulty) {
  if (!faulty) return false;
  const DrawKey& key = fault_keys_[static_cast<std::size_t>(kind)];
  DiskFaults::State* const state = faults_.hit(kind, key, call.number);
  if (state == nullptr) return false;
  bite(*state, &call);
  return true;
}

void SimDisk::bite(DiskFaults::State& state, const DiskCall* call) {
  const bool first = faults_.bite(state);
  const std::uint64_t cause = call == nullptr ? 0 : call->submitted;
  const auto kind = static_cast<std::uint16_t>(state.fault.kind);
  const DiskCall none;
  record(RecordKind::disk_fault, call == nullptr ? none : *call, kind, cause);
  if (!first) return;
  Record record;
  record.kind = RecordKind::fault_bite;
  record.aux = kind;
  record.cause = cause;
  record.node = node_.id();
  record.incarnation = node_.incarnation();
  record.a = state.fault.plan_id != 0 ? state.fault.plan_id : state.fault.id;
  record.c = node_.id().value < 64 ? std::uint64_t{1} << node_.id().value : 0;
  sim().record(record);
}

void DurabilityListener::on_lied(NodeId, std::uint32_t) {}
void DurabilityListener::before_damage(NodeId) {}

void SimDisk::lied(std::uint32_t file) {
  has_lied_ = true;
  if (listener_ != nullptr) listener_->on_lied(node_.id(), file);
}

void SimDisk::before_damage() {
  if (listener_ != nullptr) listener_->before_damage(node_.id());
}

void SimDisk::damaged(const DiskDamage& damage) {
  ++damage_;
  if (listener_ != nullptr) listener_->on_damaged(node_.id(), damage);
}

void SimDisk::begin_fault(const DiskFault& fault) {
  faults_.begin(fault);
  if (fault.kind == DiskFaultKind::bit_rot) rot(fault);
  if (fault.kind == DiskFaultKind::wipe) replace(fault);
}

void SimDisk::rot(const DiskFault& fault) {
  // An occurrence of its own each time, told apart by the operations so far.
  const DrawKey key = fault_keys_[static_cast<std::size_t>(fault.kind)].of(fault.id).of(last_call_);
  std::uint64_t hits = 0;
  before_damage();
  for (const std::uint32_t number : live_) {
    hits += files_[number]->image.rot(key.of(number), fault.probability);
  }
  DiskFaults::State* const state = faults_.find(fault.id);
  for (std::uint64_t i = 0; i < hits; ++i) bite(*state, nullptr);
  if (hits != 0) damaged({fault.kind, 0, 0, 0});
  faults_.end(fault.id);
}

void SimDisk::wipe(std::uint64_t fault_id) {
  DiskFault fault;
  fault.id = fault_id;
  fault.kind = DiskFaultKind::wipe;
  faults_.begin(fault);
  replace(fault);
}

void SimDisk::replace(const DiskFault& fault) {
  before_damage();
  for (const std::uint32_t slot : under_way_) calls_[slot].wiped = true;
  names_.clear();
  files_.clear();
  live_.clear();
  used_pages_ = 0;
  bite(*faults_.find(fault.id), nullptr);
  damaged({DiskFaultKind::wipe, 0, 0, 0});
  faults_.end(fault.id);
}

}  // namespace windtunnel
