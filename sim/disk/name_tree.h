// The names of a disk, twice: as programs see them and as they are durable. A change of a name
// (creation, removal, rename) is *pending* until the directory it lies in is synced (a rename:
// either of its directories); at power loss each pending change survives or not, independently of
// the others but for the earlier changes of the same file or at the same place, on which it stands.
// So a rename is atomic: afterwards a file has its old or its new name. Every file has one name.
#pragma once

#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/base/result.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel {

class NameTree {
 public:
  static constexpr std::uint32_t kRoot = 0;

  struct Entry {
    std::uint32_t file = 0;
    bool directory = false;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  // An entry's place: the directory it lies in and the last component.
  struct Place {
    std::uint32_t directory = kRoot;
    std::string name;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  // The entry of `path`; "" is the root. not_found; invalid_argument for an empty, "." or ".."
  // component.
  Result<Entry> find(std::string_view path) const;
  // The place of `path`, whose directory must exist. Errors as `find`; the root has no place.
  Result<Place> place(std::string_view path) const;
  // Names in `directory`, sorted; those of directories end with '/'.
  std::vector<std::string> list(std::uint32_t directory) const;
  bool has_children(std::uint32_t directory) const;

  // --- Changes, made at once and pending. ---
  // The place must be free.
  void create(const Place& place, Entry entry);
  // The place must be taken.
  void remove(const Place& place);
  // `from` must be taken; replaces `to`. not_found and so on as rename(2).
  Errc rename(const Place& from, const Place& to);

  // --- Durability. ---
  void sync(std::uint32_t directory);
  // Whether the file would be found under its present name after a power loss, whatever is drawn.
  bool is_durable(std::uint32_t file) const;
  // A sync of the directory that lies: nothing becomes durable, but all of it was promised.
  void promise(std::uint32_t directory);
  // As is_durable, if every sync had been honest.
  bool is_promised(std::uint32_t file) const;
  struct Loss {
    std::uint64_t kept = 0;
    std::uint64_t lost = 0;
    std::uint64_t broken = 0;  // of the lost ones: promised
  };
  Loss lose_power(const DrawKey& key);
  void clear();

  // Whether programs can find the file under a name.
  bool has_name(std::uint32_t file) const;
  // Files that have a name in either image or in a pending change, sorted.
  std::vector<std::uint32_t> named_files() const;
  // Paths of regular files, sorted by place, with their file.
  std::map<std::string, std::uint32_t> paths(bool durable) const;

 private:
  using Names = std::map<Place, Entry>;
  struct Change {
    enum class Kind : std::uint8_t { create, remove, rename };
    Kind kind;
    Place at;
    Entry entry;
    Place to;               // rename
    bool settled = false;   // about to become durable
    bool promised = false;  // a sync lied about it
    const Place& target() const { return kind == Kind::rename ? to : at; }
    bool touches(std::uint32_t directory) const {
      return at.directory == directory || target().directory == directory;
    }
    // Successive changes of one file meet at a place, too.
    bool stands_on(const Change& earlier) const {
      return earlier.at == at || earlier.target() == at || earlier.at == target() ||
             earlier.target() == target();
    }
  };
  void make_settled_durable();
  static void apply(const Change& change, Names& names);
  static void erase_file(std::uint32_t file, Names& names);
  static void drop_unreachable(Names& names);
  bool lies_below(std::uint32_t directory, std::uint32_t ancestor) const;
  bool is_name_durable(const Place& place, const Entry& entry) const;
  bool is_name_promised(const Place& place, const Entry& entry) const;

  Names cached_;
  Names durable_;
  std::vector<Change> pending_;
};

// Whether all components of `path` are names: not empty, "." or "..".
bool is_disk_path(std::string_view path);

}  // namespace windtunnel
