#include <windtunnel/sim/disk/name_tree.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>

namespace windtunnel {
namespace {

using Names = std::map<NameTree::Place, NameTree::Entry>;

Names::const_iterator place_of(std::uint32_t file, const Names& names) {
  return std::find_if(names.begin(), names.end(),
                      [file](const auto& name) { return name.second.file == file; });
}

}  // namespace

bool is_disk_path(std::string_view path) {
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view name = path.substr(begin, end - begin);
    if (name.empty() || name == "." || name == "..") return false;
    begin = end + 1;
  }
  return path.find('\0') == std::string_view::npos;
}

Result<NameTree::Entry> NameTree::find(std::string_view path) const {
  Entry entry{kRoot, true};
  if (path.empty()) return entry;
  if (!is_disk_path(path)) return make_error_code(Errc::invalid_argument);
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (!entry.directory) return make_error_code(Errc::not_found);
    const auto found = cached_.find({entry.file, std::string(path.substr(begin, end - begin))});
    if (found == cached_.end()) return make_error_code(Errc::not_found);
    entry = found->second;
    begin = end + 1;
  }
  return entry;
}

Result<NameTree::Place> NameTree::place(std::string_view path) const {
  if (!is_disk_path(path)) return make_error_code(Errc::invalid_argument);
  const std::size_t slash = path.rfind('/');
  const bool at_root = slash == std::string_view::npos;
  const Result<Entry> directory = find(at_root ? std::string_view() : path.substr(0, slash));
  if (!directory) return directory.error();
  if (!directory->directory) return make_error_code(Errc::not_found);
  return Place{directory->file, std::string(at_root ? path : path.substr(slash + 1))};
}

std::vector<std::string> NameTree::list(std::uint32_t directory) const {
  std::vector<std::string> names;
  for (auto at = cached_.lower_bound({directory, ""}); at != cached_.end(); ++at) {
    if (at->first.directory != directory) break;
    names.push_back(at->second.directory ? at->first.name + "/" : at->first.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool NameTree::has_children(std::uint32_t directory) const {
  const auto at = cached_.lower_bound({directory, ""});
  return at != cached_.end() && at->first.directory == directory;
}

void NameTree::create(const Place& place, Entry entry) {
  const bool fresh = cached_.emplace(place, entry).second;
  WT_ASSERT(fresh, "a name is created where none is");
  pending_.push_back({Change::Kind::create, place, entry, {}, false, false});
}

void NameTree::remove(const Place& place) {
  const auto found = cached_.find(place);
  WT_ASSERT(found != cached_.end(), "a name that is removed exists");
  pending_.push_back({Change::Kind::remove, place, found->second, {}, false, false});
  cached_.erase(found);
}

bool NameTree::lies_below(std::uint32_t directory, std::uint32_t ancestor) const {
  while (directory != ancestor) {
    if (directory == kRoot) return false;
    const auto at = place_of(directory, cached_);
    if (at == cached_.end()) return false;
    directory = at->first.directory;
  }
  return true;
}

Errc NameTree::rename(const Place& from, const Place& to) {
  const auto source = cached_.find(from);
  if (source == cached_.end()) return Errc::not_found;
  const Entry entry = source->second;
  const auto target = cached_.find(to);
  if (target != cached_.end()) {
    if (target->second.file == entry.file) return Errc::ok;
    if (target->second.directory && !entry.directory) return Errc::invalid_argument;
    if (!target->second.directory && entry.directory) return Errc::not_found;
    if (has_children(target->second.file) && entry.directory) return Errc::already_exists;
  }
  if (entry.directory && lies_below(to.directory, entry.file)) return Errc::invalid_argument;
  pending_.push_back({Change::Kind::rename, from, entry, to, false, false});
  cached_.erase(source);
  cached_[to] = entry;
  return Errc::ok;
}

void NameTree::erase_file(std::uint32_t file, Names& names) {
  const auto at = place_of(file, names);
  if (at != names.end()) names.erase(at);
}

void NameTree::apply(const Change& change, Names& names) {
  switch (change.kind) {
    case Change::Kind::create:
    case Change::Kind::rename:
      erase_file(change.entry.file, names);
      names[change.target()] = change.entry;
      return;
    case Change::Kind::remove: {
      const auto found = names.find(change.at);
      if (found != names.end() && found->second == change.entry) names.erase(found);
      return;
    }
  }
}

// Changes of one file, and changes at one place, become durable in their order: one that is settled
// settles the earlier ones that it stands on.
void NameTree::make_settled_durable() {
  for (std::size_t i = pending_.size(); i-- > 0;) {
    for (std::size_t j = 0; pending_[i].settled && j < i; ++j) {
      if (pending_[i].stands_on(pending_[j])) pending_[j].settled = true;
    }
  }
  std::vector<Change> left;
  for (Change& change : pending_) {
    if (change.settled) {
      apply(change, durable_);
    } else {
      left.push_back(std::move(change));
    }
  }
  pending_ = std::move(left);
}

void NameTree::sync(std::uint32_t directory) {
  for (Change& change : pending_) change.settled = change.touches(directory);
  make_settled_durable();
}

bool NameTree::is_name_durable(const Place& place, const Entry& entry) const {
  const auto found = durable_.find(place);
  if (found == durable_.end() || found->second != entry) return false;
  return std::none_of(pending_.begin(), pending_.end(), [&](const Change& change) {
    return change.entry == entry || change.at == place || change.target() == place;
  });
}

bool NameTree::is_durable(std::uint32_t file) const {
  while (file != kRoot) {
    const auto at = place_of(file, cached_);
    if (at == cached_.end() || !is_name_durable(at->first, at->second)) return false;
    file = at->first.directory;
  }
  return true;
}

void NameTree::promise(std::uint32_t directory) {
  for (Change& change : pending_) change.promised |= change.touches(directory);
}

bool NameTree::is_name_promised(const Place& place, const Entry& entry) const {
  return std::none_of(pending_.begin(), pending_.end(), [&](const Change& change) {
    const bool concerns = change.entry == entry || change.at == place || change.target() == place;
    return concerns && !change.promised;
  });
}

bool NameTree::is_promised(std::uint32_t file) const {
  while (file != kRoot) {
    const auto at = place_of(file, cached_);
    if (at == cached_.end() || !is_name_promised(at->first, at->second)) return false;
    file = at->first.directory;
  }
  return true;
}

bool NameTree::has_name(std::uint32_t file) const {
  return place_of(file, cached_) != cached_.end();
}

void NameTree::drop_unreachable(Names& names) {
  for (bool changed = true; changed;) {
    changed = false;
    for (auto at = names.begin(); at != names.end();) {
      const std::uint32_t directory = at->first.directory;
      if (directory == kRoot || place_of(directory, names) != names.end()) {
        ++at;
        continue;
      }
      at = names.erase(at);
      changed = true;
    }
  }
}

NameTree::Loss NameTree::lose_power(const DrawKey& key) {
  Loss loss;
  const std::size_t changes = pending_.size();
  for (std::size_t i = 0; i < changes; ++i) pending_[i].settled = (key.at(i) & 1) != 0;
  make_settled_durable();
  loss.lost = pending_.size();
  loss.kept = changes - loss.lost;
  for (const Change& change : pending_) loss.broken += change.promised ? 1 : 0;
  pending_.clear();
  drop_unreachable(durable_);
  cached_ = durable_;
  return loss;
}

void NameTree::clear() {
  cached_.clear();
  durable_.clear();
  pending_.clear();
}

std::vector<std::uint32_t> NameTree::named_files() const {
  std::vector<std::uint32_t> files;
  for (const Names* names : {&cached_, &durable_}) {
    for (const auto& name : *names) files.push_back(name.second.file);
  }
  for (const Change& change : pending_) files.push_back(change.entry.file);
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

std::map<std::string, std::uint32_t> NameTree::paths(bool durable) const {
  Names names = durable ? durable_ : cached_;
  drop_unreachable(names);
  std::map<std::string, std::uint32_t> paths;
  for (const auto& name : names) {
    if (name.second.directory) continue;
    std::string path = name.first.name;
    for (std::uint32_t directory = name.first.directory; directory != kRoot;) {
      const auto above = place_of(directory, names);
      path = above->first.name + "/" + path;
      directory = above->first.directory;
    }
    paths.emplace(std::move(path), name.second.file);
  }
  return paths;
}

}  // namespace windtunnel
