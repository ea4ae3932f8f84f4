#include <windtunnel/sim/disk/sim_disk.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>

#include <algorithm>
#include <iterator>

namespace windtunnel {
namespace {

constexpr std::string_view kCallNames[] = {
    "none", "open",           "size",   "read",   "write", "truncate",       "allocate",
    "sync", "make-directory", "rename", "remove", "list",  "sync-directory",
};
// A record's word has room for so many files and so long an extent.
constexpr std::uint32_t kMaxFiles = (1U << 23) - 1;
constexpr std::uint64_t kLengthMask = (std::uint64_t{1} << 40) - 1;

bool is_on_file(DiskCallKind kind) {
  return kind >= DiskCallKind::size && kind <= DiskCallKind::sync;
}

}  // namespace

std::string_view name_of(DiskCallKind kind) noexcept {
  const auto index = static_cast<std::size_t>(kind);
  return index < std::size(kCallNames) ? kCallNames[index] : std::string_view("unknown");
}

SimDisk::SimDisk(Node& node)
    : node_(node),
      latency_key_(node.simulation().draws("disk-latency", node.name())),
      power_key_(node.simulation().draws("disk-power-loss", node.name())) {
  for (std::size_t kind = 0; kind < kDiskFaultKinds; ++kind) {
    const std::string purpose = "disk-" + std::string(name_of(static_cast<DiskFaultKind>(kind)));
    fault_keys_[kind] = node.simulation().draws(purpose, node.name());
  }
}

SimDisk::~SimDisk() { WT_ASSERT(armed_ == 0, "a waiter outlives its disk"); }

Simulation& SimDisk::sim() const { return node_.simulation(); }

std::uint64_t SimDisk::record(RecordKind kind, const DiskCall& call, std::uint16_t aux,
                              std::uint64_t cause) {
  Record record;
  record.kind = kind;
  record.aux = aux;
  record.cause = cause;
  record.node = node_.id();
  record.incarnation = node_.incarnation();
  record.a = call.number;
  record.b = std::uint64_t{call.file} << 40 | (call.length & kLengthMask);
  record.c = call.offset;
  record.d = call.digest;
  return sim().record(record);
}

// --- The port's side. ---

DiskCall& SimDisk::begin_call(DiskCallKind kind) {
  begun_slot_ = calls_.acquire();
  DiskCall& call = calls_[begun_slot_];
  call.kind = kind;
  call.number = ++last_call_;
  call.file = 0;
  call.offset = 0;
  call.length = 0;
  call.bytes.clear();
  call.path.clear();
  call.other_path.clear();
  call.wiped = false;
  return call;
}

void SimDisk::submit(DiskCall& call, Waiter& waiter) {
  waiter.hold(*this);
  waiter.tag = begun_slot_;
  ++armed_;
  call.waiter = &waiter;
  call.digest = is_on_file(call.kind) ? 0 : sim().trace().name(call.path);
  if (call.kind == DiskCallKind::write) call.digest = hash_bytes(call.bytes);
  if (call.kind == DiskCallKind::rename) {
    call.digest = hash_combine(call.digest, sim().trace().name(call.other_path));
  }
  call.submitted = record(RecordKind::disk_submit, call, static_cast<std::uint16_t>(call.kind), 0);
  call.position = under_way_.size();
  under_way_.push_back(begun_slot_);
  if (StoredFile* const file = find(call.file); file != nullptr) ++file->under_way;
  const Instant at = completion_time(call);
  call.event = sim().schedule(at, *this, begun_slot_);
}

void SimDisk::fail_at_once(Waiter& waiter, Errc error) {
  waiter.complete(error, 0);
  node_.complete(waiter, sim().cause());
}

// Few are open at a time.
SimDisk::OpenHandle* SimDisk::find_open(std::uint32_t handle) {
  for (OpenHandle& open : open_) {
    if (open.handle == handle) return &open;
  }
  return nullptr;
}

void SimDisk::close(std::uint32_t handle) {
  OpenHandle* const open = find_open(handle);
  if (open == nullptr) return;
  if (--open->opens == 0) open_.erase(open_.begin() + (open - open_.data()));
  collect();
}

void SimDisk::forget(Waiter& waiter) noexcept {
  calls_[static_cast<std::uint32_t>(waiter.tag)].waiter = nullptr;
  waiter.release();
  --armed_;
}

// --- Time. ---

Duration SimDisk::latency(const DiskCall& call) {
  const Latency* profile = &profile_.metadata;
  if (call.kind == DiskCallKind::read) profile = &profile_.read;
  if (call.kind == DiskCallKind::write) profile = &profile_.write;
  if (call.kind == DiskCallKind::sync || call.kind == DiskCallKind::sync_directory) {
    profile = &profile_.sync;
  }
  Duration latency = profile->at(latency_key_.at(call.number));
  const DrawKey& key = fault_keys_[static_cast<std::size_t>(DiskFaultKind::slow)];
  DiskFaults::State* const slow = faults_.hit(DiskFaultKind::slow, key, call.number);
  if (slow == nullptr) return latency;
  const std::uint64_t word = key.of(slow->fault.id).of(1).at(call.number);
  latency = latency * slow->fault.factor + slow->fault.delay.at(word);
  bite(*slow, &call);
  return latency;
}

Instant SimDisk::completion_time(const DiskCall& call) {
  const std::size_t depth = std::max<std::uint32_t>(1, profile_.queue_depth);
  if (device_busy_until_.size() != depth) device_busy_until_.resize(depth);
  // Any lane that is idle will do; else the one that is through first.
  const Instant now = sim().now();
  const auto is_idle = [now](Instant until) { return until <= now; };
  auto lane = std::find_if(device_busy_until_.begin(), device_busy_until_.end(), is_idle);
  if (lane == device_busy_until_.end()) {
    lane = std::min_element(device_busy_until_.begin(), device_busy_until_.end());
  }
  Instant at = std::max(now, *lane);
  const std::uint64_t rate = profile_.bytes_per_second;
  if (rate != 0 && call.length != 0) {
    // In 64 bits: a file has at most 4 GiB.
    static_assert(kMaxFileBytes <= UINT64_MAX / 1'000'000'000);
    const std::uint64_t length = std::min(call.length, kMaxFileBytes);
    const auto transfer = static_cast<std::int64_t>(length * 1'000'000'000 / rate);
    at = transfer_until_ = std::max(at, transfer_until_) + Duration{transfer};
  }
  at = at + latency(call);
  *lane = at;
  // Effects on one file, and on names, come one after the other, also where equal times are
  // permuted.
  StoredFile* const file = find(call.file);
  Instant& last = file != nullptr ? file->last_effect : last_name_effect_;
  if (at <= last) at = last + nanoseconds(1);
  last = at;
  return at;
}

void SimDisk::on_event(std::uint64_t slot_word, std::uint64_t) {
  const auto slot = static_cast<std::uint32_t>(slot_word);
  DiskCall& call = calls_[slot];
  const Outcome outcome = perform(call, true);
  const std::uint64_t done = record(RecordKind::disk_done, call,
                                    static_cast<std::uint16_t>(outcome.error), call.submitted);
  Waiter* const waiter = call.waiter;
  if (waiter != nullptr) {
    forget(*waiter);
    waiter->complete(outcome.error, outcome.value);
  }
  release(slot);
  if (waiter != nullptr) node_.complete(*waiter, done);
}

void SimDisk::release(std::uint32_t slot) {
  DiskCall& call = calls_[slot];
  if (StoredFile* const file = find(call.file); is_on_file(call.kind) && file != nullptr) {
    --file->under_way;
  }
  const std::uint32_t last = under_way_.back();
  under_way_[call.position] = last;
  calls_[last].position = call.position;
  under_way_.pop_back();
  call.kind = DiskCallKind::none;
  calls_.release(slot);
}

// --- Crashes. ---

void SimDisk::on_process_crash() {
  open_.clear();
  const DrawKey key = power_key_.of(node_.incarnation().value).of(UINT64_MAX);
  for (const std::uint32_t number : live_) files_[number]->image.evict_stale(key.of(number));
  collect();
}

// What was under way has reached the cache or not: as unsynced as what was written before.
void SimDisk::finish_in_flight() {
  std::vector<std::uint32_t> slots = under_way_;
  std::sort(slots.begin(), slots.end(), [this](std::uint32_t a, std::uint32_t b) {
    return calls_[a].number < calls_[b].number;
  });
  for (const std::uint32_t slot : slots) {
    DiskCall& call = calls_[slot];
    WT_ASSERT(call.waiter == nullptr, "the incarnation is gone when the power is");
    sim().cancel(call.event);
    const bool syncs = call.kind == DiskCallKind::sync || call.kind == DiskCallKind::sync_directory;
    if (!syncs) perform(call, false);
    release(slot);
  }
  device_busy_until_.clear();
  transfer_until_ = sim().now();
}

void SimDisk::on_power_loss() {
  finish_in_flight();
  open_.clear();
  const bool had_lied = has_lied_;
  has_lied_ = false;
  if (had_lied) before_damage();
  const DrawKey key = power_key_.of(node_.incarnation().value);
  const NameTree::Loss names = names_.lose_power(key.of(NameTree::kRoot));
  collect();
  SectorLoss sectors;
  for (const std::uint32_t number : live_) {
    StoredFile* const file = files_[number].get();
    const DrawKey& torn = fault_keys_[static_cast<std::size_t>(DiskFaultKind::torn_tail)];
    const bool extended = file->image.size() > file->image.durable_size();
    DiskFaults::State* const tear =
        extended ? faults_.hit(DiskFaultKind::torn_tail, torn, hash_combine(last_call_, number))
                 : nullptr;
    if (tear != nullptr) bite(*tear, nullptr);
    used_pages_ -= file->image.used_pages();
    const SectorLoss loss = file->image.lose_power(key.of(number), tear != nullptr);
    used_pages_ += file->image.used_pages();
    sectors.kept += loss.kept;
    sectors.lost += loss.lost;
    sectors.broken += loss.broken;
  }
  Record record;
  record.kind = RecordKind::disk_lost;
  record.node = node_.id();
  record.incarnation = node_.incarnation();
  record.a = sectors.kept;
  record.b = sectors.lost;
  record.c = names.kept;
  record.d = names.lost;
  sim().record(record);
  const bool broken = had_lied && sectors.broken + names.broken != 0;
  if (broken) damaged({DiskFaultKind::lie_sync, 0, 0, 0});
}

// Frees files that nothing can reach any more.
void SimDisk::collect() {
  const std::vector<std::uint32_t> named = names_.named_files();
  const auto is_gone = [&](std::uint32_t number) {
    StoredFile& file = *files_[number];
    const bool reachable = std::binary_search(named.begin(), named.end(), number) ||
                           file.under_way != 0 || is_open(number << 1, false) ||
                           is_open(number << 1 | 1, false);
    if (reachable) return false;
    used_pages_ -= file.image.used_pages();
    files_[number].reset();
    return true;
  };
  live_.erase(std::remove_if(live_.begin(), live_.end(), is_gone), live_.end());
}

std::uint32_t SimDisk::new_file_number() {
  WT_ASSERT(last_file_ < kMaxFiles, "a disk names at most 8 million files in a run");
  return ++last_file_;
}

// --- Queries. ---

bool SimDisk::is_durable(std::uint32_t file, std::uint64_t offset, std::uint64_t length) const {
  const StoredFile* const stored = find(file);
  if (stored == nullptr || !stored->image.is_durable(offset, length)) return false;
  return stored->under_way == 0 || !is_under_way(file, offset, length);
}

bool SimDisk::is_promised(std::uint32_t file, std::uint64_t offset, std::uint64_t length) const {
  const StoredFile* const stored = find(file);
  if (stored == nullptr || !stored->image.is_promised(offset, length)) return false;
  return stored->under_way == 0 || !is_under_way(file, offset, length);
}

// Bytes that are on their way would replace what is there.
bool SimDisk::is_under_way(std::uint32_t file, std::uint64_t offset, std::uint64_t length) const {
  return std::any_of(under_way_.begin(), under_way_.end(), [&](std::uint32_t slot) {
    const DiskCall& call = calls_[slot];
    if (call.file != file) return false;
    if (call.kind == DiskCallKind::truncate) return call.offset < offset + length;
    return call.kind == DiskCallKind::write && call.offset < offset + length &&
           offset < call.offset + call.length;
  });
}

std::optional<std::uint64_t> SimDisk::digest(std::uint32_t file, std::uint64_t offset,
                                             std::uint64_t length) const {
  const StoredFile* const stored = find(file);
  if (stored == nullptr || offset + length > stored->image.size()) return std::nullopt;
  if (!names_.has_name(file)) return std::nullopt;
  Bytes bytes(length);
  stored->image.read(offset, bytes);
  return hash_bytes(bytes);
}

std::map<std::string, Bytes> SimDisk::dump(DiskImage image) const {
  std::map<std::string, Bytes> files;
  for (const auto& [path, number] : names_.paths(image == DiskImage::durable)) {
    find(number)->image.copy_to(image, files[path]);
  }
  return files;
}

Digest SimDisk::content_hash(DiskImage image) const {
  RollingHash hash;
  for (const auto& [path, bytes] : dump(image)) {
    const std::uint64_t name = hash_text(path);
    hash.absorb(name, hash_bytes(bytes));
  }
  return hash.digest();
}

}  // namespace windtunnel
