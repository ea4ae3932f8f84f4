// The disk of a node: files and names that survive crashes, a device queue that takes time, and
// faults. Node code sees it through `Env::disk`; scenarios, checkers and tests through this class.
//
// An operation takes effect when it completes. Those on one file do so in the order submitted, and
// so do those on names. A crash of the process keeps the cache, and what was submitted still
// happens. A loss of power keeps all that was synced, and a drawn subset of the rest: of the
// written sectors of each file (also within one write), of its size, and of the changes of names
// (renames stay atomic). See file_image.h and name_tree.h.
//
// In observations a file is named by its handle, `file_of` gives the file, which keeps its number
// under any name.
#pragma once

#include <windtunnel/protocols/env/disk.h>
#include <windtunnel/sim/disk/disk_fault.h>
#include <windtunnel/sim/disk/disk_profile.h>
#include <windtunnel/sim/disk/file_image.h>
#include <windtunnel/sim/disk/name_tree.h>
#include <windtunnel/sim/event_queue.h>
#include <windtunnel/sim/trace/record.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel {

class Node;
class Simulation;

// The disk port of one incarnation.
class NodeDisk : public Disk {
 public:
  virtual ~NodeDisk() = default;
  // From now on every call is ignored; operations already submitted still take effect, completions
  // are forgotten.
  virtual void sever() noexcept = 0;
  virtual std::size_t armed_waiters() const = 0;
};

// Append only: numbers are the aux word of disk_submit records.
enum class DiskCallKind : std::uint16_t {
  none = 0,
  open = 1,
  size = 2,
  read = 3,
  write = 4,
  truncate = 5,
  allocate = 6,
  sync = 7,
  make_directory = 8,
  rename = 9,
  remove = 10,
  list = 11,
  sync_directory = 12,
};
std::string_view name_of(DiskCallKind kind) noexcept;

// What a fault destroyed.
struct DiskDamage {
  // bit_rot, misdirected_write, wipe; lie_sync: the power failed after a sync had lied.
  DiskFaultKind kind = DiskFaultKind::none;
  // misdirected_write: where the bytes should lie and do not. 0: anywhere on the disk.
  std::uint32_t file = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// Hears what became durable; called while the operation takes effect, before its record and
// completion. The listener may ask `is_durable` from inside the call.
class DurabilityListener {
 public:
  // A sync of `file` took effect: operation numbers below `operation` on this file are durable.
  virtual void on_synced(NodeId node, std::uint32_t file, std::uint64_t operation) = 0;
  // A directory was synced: names may have become durable.
  virtual void on_names_synced(NodeId node) = 0;
  // A sync of `file` (0: of a directory) answered ok and made nothing durable: the fault lies.
  virtual void on_lied(NodeId node, std::uint32_t file);
  // A fault is about to change or remove what was durable or was said to be. Reads still see it.
  virtual void before_damage(NodeId node);
  // It has done so.
  virtual void on_damaged(NodeId node, const DiskDamage& damage) = 0;

 protected:
  ~DurabilityListener() = default;
};

// An operation under way; slots are reused with their buffers.
struct DiskCall {
  DiskCallKind kind = DiskCallKind::none;
  std::uint64_t number = 0;
  std::uint64_t submitted = 0;  // number of the record
  std::uint32_t file = 0;
  std::uint64_t offset = 0;  // truncate, allocate: the size
  std::uint64_t length = 0;
  std::uint64_t digest = 0;
  Bytes bytes;
  std::string path;
  std::string other_path;
  OpenMode mode = OpenMode::read;
  Waiter* waiter = nullptr;
  bool wiped = false;
  std::size_t position = 0;  // among those under way
  EventHandle event;
};

class SimDisk final : public EventTarget, public WaiterHolder {
 public:
  explicit SimDisk(Node& node);
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  // --- For the node. ---
  std::unique_ptr<NodeDisk> attach();
  // After the incarnation is gone.
  void on_process_crash();
  void on_power_loss();

  // --- For scenarios. Takes effect with the next operation. ---
  DiskProfile& profile() { return profile_; }
  // Faults that act at once (bit_rot, wipe) do so here.
  void begin_fault(const DiskFault& fault);
  void end_fault(std::uint64_t id) { faults_.end(id); }
  // How often the fault changed something; the count survives its end.
  const DiskFaults& faults() const { return faults_; }
  void end_faults() { faults_.end_all(); }
  // Replaces the disk by an empty one; recorded as a fault.
  void wipe(std::uint64_t fault_id);

  // --- For checkers: what is durable, whatever the programs believe. ---
  void set_durability_listener(DurabilityListener* listener) { listener_ = listener; }
  // The file behind a handle, also after it was closed.
  static std::uint32_t file_of(std::uint32_t handle) { return handle >> 1; }
  // Whether these bytes of the file would survive a power loss now, as all writes submitted so far
  // made them.
  bool is_durable(std::uint32_t file, std::uint64_t offset, std::uint64_t length) const;
  // Whether the file would keep its present path.
  bool is_name_durable(std::uint32_t file) const { return names_.is_durable(file); }
  // The same, if every sync that answered ok had been honest.
  bool is_promised(std::uint32_t file, std::uint64_t offset, std::uint64_t length) const;
  bool is_name_promised(std::uint32_t file) const { return names_.is_promised(file); }
  // Of the bytes there as reads see them; nullopt where the file has no name or ends before.
  std::optional<std::uint64_t> digest(std::uint32_t file, std::uint64_t offset,
                                      std::uint64_t length) const;
  // How often a fault destroyed durable content, or what a sync had promised.
  std::uint64_t damage() const { return damage_; }

  // --- For tests, reports and recovery checks. ---
  // All files by path. `durable`: what surely survives a power loss.
  std::map<std::string, Bytes> dump(DiskImage image) const;
  Digest content_hash(DiskImage image) const;
  std::uint64_t used_bytes() const { return used_pages_ * kPageBytes; }
  std::size_t calls_under_way() const { return under_way_.size(); }

  // --- EventTarget, WaiterHolder. ---
  void on_event(std::uint64_t slot, std::uint64_t unused) override;
  void forget(Waiter& waiter) noexcept override;

 private:
  friend class SimDiskPort;
  struct StoredFile {
    explicit StoredFile(PagePool& pool) : image(pool) {}
    FileImage image;
    Instant last_effect;  // of its operations submitted so far
    std::uint32_t under_way = 0;
  };
  struct OpenHandle {
    std::uint32_t handle = 0;
    std::uint32_t opens = 0;
  };
  struct Outcome {
    Errc error = Errc::ok;
    std::uint64_t value = 0;
  };
  using Faulty = bool;

  // The port's side.
  DiskCall& begin_call(DiskCallKind kind);
  void submit(DiskCall& call, Waiter& waiter);
  void fail_at_once(Waiter& waiter, Errc error);
  OpenHandle* find_open(std::uint32_t handle);
  bool is_open(std::uint32_t handle, bool for_writing) {
    return find_open(handle) != nullptr && (!for_writing || (handle & 1) != 0);
  }
  void close(std::uint32_t handle);

  // Time.
  Instant completion_time(const DiskCall& call);
  Duration latency(const DiskCall& call);

  // Effects; without faults where the power fails while they are under way.
  Outcome perform(DiskCall& call, Faulty faulty);
  Outcome perform_on_file(DiskCall& call, StoredFile& file, Faulty faulty);
  Outcome perform_on_path(DiskCall& call, Faulty faulty);
  Outcome open(DiskCall& call, Faulty faulty);
  Outcome read(DiskCall& call, const StoredFile& file, Faulty faulty);
  Outcome write(DiskCall& call, StoredFile& file, Faulty faulty);
  Outcome resize(DiskCall& call, StoredFile& file, Faulty faulty);
  Outcome sync(const DiskCall& call, StoredFile& file, Faulty faulty);
  Outcome make_directory(const DiskCall& call, Faulty faulty);
  Outcome rename(const DiskCall& call);
  Outcome remove(const DiskCall& call);
  Outcome list(const DiskCall& call);
  Outcome sync_directory(const DiskCall& call, Faulty faulty);
  std::uint32_t new_file_number();
  bool has_room(const DiskCall& call, std::uint64_t pages, Faulty faulty);

  // Faults.
  bool bites(DiskFaultKind kind, const DiskCall& call, Faulty faulty);
  void bite(DiskFaults::State& state, const DiskCall* call);
  void replace(const DiskFault& fault);
  void lied(std::uint32_t file);
  void before_damage();
  void damaged(const DiskDamage& damage);
  void rot(const DiskFault& fault);

  // Endings.
  void finish_in_flight();
  void release(std::uint32_t slot);
  void collect();
  std::uint64_t record(RecordKind kind, const DiskCall& call, std::uint16_t aux,
                       std::uint64_t cause);

  StoredFile* find(std::uint32_t file) const {
    return file < files_.size() ? files_[file].get() : nullptr;
  }
  bool is_under_way(std::uint32_t file, std::uint64_t offset, std::uint64_t length) const;
  Simulation& sim() const;

  Node& node_;
  DiskProfile profile_;
  DiskFaults faults_;
  DrawKey latency_key_;
  DrawKey power_key_;
  DrawKey fault_keys_[kDiskFaultKinds];
  DurabilityListener* listener_ = nullptr;

  PagePool pool_;
  NameTree names_;
  std::vector<std::unique_ptr<StoredFile>> files_;  // by number; null: gone, or a directory
  // Numbers of those that are there, ascending: a run may have had many more, and walks only these.
  std::vector<std::uint32_t> live_;
  std::vector<OpenHandle> open_;  // of this incarnation
  std::uint32_t last_file_ = 0;
  std::uint64_t used_pages_ = 0;
  std::uint64_t damage_ = 0;
  bool has_lied_ = false;  // since the last loss of power

  Slab<DiskCall, 16> calls_;
  std::vector<std::uint32_t> under_way_;
  std::uint64_t last_call_ = 0;
  std::uint32_t begun_slot_ = 0;
  std::size_t armed_ = 0;
  std::vector<Instant> device_busy_until_;
  Instant transfer_until_;
  Instant last_name_effect_;
};

}  // namespace windtunnel
