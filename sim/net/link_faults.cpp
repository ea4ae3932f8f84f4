#include <windtunnel/sim/net/link_table.h>

namespace windtunnel {

void LinkTable::set_default_profile(const LinkProfile& profile) {
  profiles_[0] = profile;
  ++version_;
}

void LinkTable::set_profile(const NodeSet& from, const NodeSet& to, const LinkProfile& profile) {
  ranges_.push_back({from, to, static_cast<std::uint32_t>(profiles_.size())});
  profiles_.push_back(profile);
  ++version_;
}

const LinkProfile& LinkTable::profile(NodeId from, NodeId to) {
  Link& link = *links_[index(from, to)];
  current(link);
  return profiles_[link.profile];
}

void LinkTable::add_fault(FaultId id, const LinkFault& fault) {
  WT_ASSERT(id != kProfileFault, "0 stands for the links' own profiles");
  std::uint64_t part = 0;
  for (const ActiveFault& active : faults_) part += active.id == id ? 1 : 0;
  faults_.push_back({id, hash_combine(id, part), true, fault, &bites_[id]});
  ++version_;
}

void LinkTable::remove_fault(FaultId id) {
  std::erase_if(faults_, [id](const ActiveFault& active) { return active.id == id; });
  ++version_;
}

void LinkTable::remove_all_faults() {
  faults_.clear();
  ++version_;
}

void LinkTable::enable_fault(FaultId id, bool on) {
  for (ActiveFault& active : faults_) {
    if (active.id == id) active.enabled = on;
  }
  ++version_;
}

std::uint64_t LinkTable::bites(FaultId id) const {
  const auto found = bites_.find(id);
  if (found == bites_.end()) return 0;
  std::uint64_t sum = 0;
  for (const std::uint64_t count : found->second) sum += count;
  return sum;
}

std::uint64_t LinkTable::missed(FaultId id) const {
  const auto found = missed_.find(id);
  return found == missed_.end() ? 0 : found->second;
}

std::uint64_t LinkTable::bites(FaultId id, LinkEffect effect) const {
  const auto found = bites_.find(id);
  return found == bites_.end() ? 0 : found->second[static_cast<std::size_t>(effect)];
}

}  // namespace windtunnel
