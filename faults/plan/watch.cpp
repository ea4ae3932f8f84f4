#include <windtunnel/faults/plan/watch.h>

#include <windtunnel/faults/plan/number.h>
#include <windtunnel/protocols/base/hash.h>

#include <algorithm>
#include <utility>

namespace windtunnel::faults {
namespace {

// "last index" is written "last-index".
std::string written(std::string_view field) {
  std::string text(field);
  std::replace(text.begin(), text.end(), ' ', '-');
  return text;
}

}  // namespace

bool belongs(const NodeName& node, std::string_view group) {
  return node.group == group ||
         std::find(node.guests.begin(), node.guests.end(), group) != node.guests.end();
}

class WatchMaker {
 public:
  WatchMaker(const Pattern& pattern, const Dictionary& dictionary,
             const std::vector<NodeName>& nodes)
      : pattern_(pattern), nodes_(nodes) {
    choose_nodes();
    for (const ServiceWords& service : dictionary.services()) {
      if (concerns(service)) services_.push_back(&service);
    }
  }

  Watch make(std::optional<PatternFlaw>& flaw) {
    for (const ServiceWords* service : services_) add(*service);
    if (watch_.meanings_.empty()) {
      if (!flaw_) flaw_ = unknown_word();
      flaw = std::move(flaw_);
    }
    return std::move(watch_);
  }

 private:
  void choose_nodes() {
    if (pattern_.node.empty()) return;
    watch_.nodes_.resize(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      watch_.nodes_[i] = nodes_[i].name == pattern_.node || belongs(nodes_[i], pattern_.node);
    }
    // So that it is not "every node".
    if (watch_.nodes_.empty()) watch_.nodes_.push_back(false);
  }

  // Whether the nodes meant may be of this service. A client speaks in the group that it calls.
  bool concerns(const ServiceWords& service) const {
    if (pattern_.node.empty() || pattern_.node == service.nodes) return true;
    for (const NodeName& node : nodes_) {
      if (node.name != pattern_.node && node.group != pattern_.node) continue;
      return node.client || (node.name == pattern_.node ? belongs(node, service.nodes)
                                                        : node.group == service.nodes);
    }
    return false;
  }

  void add(const ServiceWords& service) {
    Watch::Meaning meaning;
    meaning.first = service.first;
    meaning.groups = service.groups;
    if (pattern_.group) {
      if (*pattern_.group >= service.groups) return refuse_group(service);
      meaning.first = GroupId{service.first.value + *pattern_.group};
      meaning.groups = 1;
    }
    if (add_checks(service, meaning)) watch_.meanings_.push_back(std::move(meaning));
  }

  bool add_checks(const ServiceWords& service, Watch::Meaning& meaning) {
    switch (pattern_.kind) {
      case Pattern::Kind::leader: return add_leader(service, meaning);
      case Pattern::Kind::counter: return add_counter(service, meaning);
      case Pattern::Kind::word: break;
    }
    const ObservationWord* word = service.word(std::string_view(pattern_.word));
    if (word == nullptr) return false;
    meaning.kind = windtunnel::kind_of(word->kind);
    return std::all_of(pattern_.conditions.begin(), pattern_.conditions.end(),
                       [&](const FieldCondition& condition) {
                         return add_check(service, *word, condition, meaning);
                       });
  }

  static bool add_leader(const ServiceWords& service, Watch::Meaning& meaning) {
    meaning.kind = windtunnel::kind_of(ObservationKind::role);
    std::uint64_t leading = 0;
    for (std::size_t i = 0; i < service.roles.size() && i < 64; ++i) {
      if (service.roles[i].leads) leading |= std::uint64_t{1} << i;
    }
    meaning.checks.push_back({0, Watch::Check::How::among, leading});
    return leading != 0;
  }

  bool add_counter(const ServiceWords& service, Watch::Meaning& meaning) {
    const std::size_t at = service.counter(pattern_.word);
    if (at == service.counters.size()) return false;
    const ObservationWord* word = service.word(service.counters[at].announced_by);
    if (word == nullptr) return false;
    meaning.kind = windtunnel::kind_of(word->kind);
    for (std::uint8_t i = 0; i < word->fields.size(); ++i) {
      if (word->fields[i].counter != pattern_.word) continue;
      Watch::Check check{i, Watch::Check::How::at_least, 0};
      if (!parse_number(pattern_.conditions.front().value, check.value)) return false;
      meaning.checks.push_back(check);
      return true;
    }
    return false;
  }

  bool add_check(const ServiceWords& service, const ObservationWord& word,
                 const FieldCondition& condition, Watch::Meaning& meaning) {
    for (std::uint8_t i = 0; i < word.fields.size(); ++i) {
      const WordField& field = word.fields[i];
      const bool meant = condition.field.empty()
                             ? i == 0
                             : !field.name.empty() && written(field.name) == condition.field;
      if (!meant) continue;
      Watch::Check check{
          i, condition.at_least ? Watch::Check::How::at_least : Watch::Check::How::equal, 0};
      if (!read_value(service, word, field, condition.value, check.value)) {
        refuse_value(service, word, field, condition);
        return false;
      }
      meaning.checks.push_back(check);
      return true;
    }
    refuse_field(word, condition);
    return false;
  }

  // The word that stands for what the condition says.
  bool read_value(const ServiceWords& service, const ObservationWord& word, const WordField& field,
                  std::string_view text, std::uint64_t& value) const {
    if (parse_number(text, value)) return true;
    switch (field.type) {
      case FieldType::name:
        value = hash_text(text);
        return word.kind != ObservationKind::mark ||
               std::find(service.marks.begin(), service.marks.end(), text) != service.marks.end();
      case FieldType::truth:
        value = text == "yes" || text == "true" ? 1 : 0;
        return value == 1 || text == "no" || text == "false";
      case FieldType::node:
      case FieldType::voter:
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
          if (nodes_[i].name != text) continue;
          value = i + (field.type == FieldType::voter ? 1 : 0);
          return true;
        }
        value = 0;
        return field.type == FieldType::voter && text == "nobody";
      case FieldType::role:
        for (std::size_t i = 0; i < service.roles.size(); ++i) {
          value = i;
          if (service.roles[i].name == text) return true;
        }
        return false;
      case FieldType::number:
      case FieldType::hex:
      case FieldType::endpoint:
      case FieldType::duration:
      case FieldType::offset:
      case FieldType::signed_number:
      case FieldType::outcome:
      case FieldType::drop:
      case FieldType::crash:
      case FieldType::error:
      case FieldType::extent:
      case FieldType::message:
      case FieldType::event:
      case FieldType::nodes:
      case FieldType::voters:
      case FieldType::learners:
      case FieldType::phase: break;  // by number alone
    }
    return false;
  }

  void refuse_group(const ServiceWords& service) {
    flaw_ = PatternFlaw{"the nodes '" + std::string(service.nodes) + "' form " +
                            std::to_string(service.groups) + " group(s), numbered from 0",
                        std::to_string(*pattern_.group),
                        {}};
  }
  void refuse_field(const ObservationWord& word, const FieldCondition& condition) {
    PatternFlaw flaw{"'" + std::string(word.name) + "' has no field '" + condition.field + "'",
                     condition.field,
                     {}};
    for (const WordField& field : word.fields) {
      if (!field.name.empty()) flaw.known.push_back(written(field.name));
    }
    flaw_ = std::move(flaw);
  }
  void refuse_value(const ServiceWords& service, const ObservationWord& word,
                    const WordField& field, const FieldCondition& condition) {
    flaw_ = PatternFlaw{"'" + condition.value + "' is no value of the field '" +
                            written(field.name) + "' of '" + std::string(word.name) + "'",
                        condition.value,
                        {}};
    if (word.kind == ObservationKind::mark) {
      flaw_->known.assign(service.marks.begin(), service.marks.end());
    }
  }
  PatternFlaw unknown_word() const {
    const bool is_counter = pattern_.kind == Pattern::Kind::counter;
    PatternFlaw flaw{is_counter ? "no service here counts '" + pattern_.word + "'"
                                : "no service here has a word '" + pattern_.word + "'",
                     pattern_.word,
                     {}};
    if (pattern_.kind == Pattern::Kind::leader) flaw.message = "no service here has a leader";
    for (const ServiceWords* service : services_) {
      for (const ObservationWord& word : service->words) {
        if (!is_counter) flaw.known.emplace_back(word.name);
      }
      for (const Counter& counter : service->counters) {
        const bool waits = counter.announced_by != ObservationKind::none;
        if (is_counter && waits) flaw.known.emplace_back(counter.name);
      }
    }
    return flaw;
  }

  const Pattern& pattern_;
  const std::vector<NodeName>& nodes_;
  std::vector<const ServiceWords*> services_;
  Watch watch_;
  std::optional<PatternFlaw> flaw_;
};

Watch Watch::make(const Pattern& pattern, const Dictionary& dictionary,
                  const std::vector<NodeName>& nodes, std::optional<PatternFlaw>& flaw) {
  return WatchMaker(pattern, dictionary, nodes).make(flaw);
}

bool Watch::matches(const Record& record) const {
  const auto passes = [&](const Check& check) {
    const std::uint64_t words[] = {record.a, record.b, record.c, record.d};
    const std::uint64_t word = words[check.field];
    switch (check.how) {
      case Check::How::equal: return word == check.value;
      case Check::How::at_least: return word >= check.value;
      case Check::How::among: break;
    }
    return word < 64 && (check.value >> word & 1) != 0;
  };
  for (const Meaning& meaning : meanings_) {
    if (record.kind != meaning.kind) continue;
    if (record.group.value - meaning.first.value >= meaning.groups) continue;
    const bool is_meant =
        nodes_.empty() || (record.node.value < nodes_.size() && nodes_[record.node.value]);
    if (is_meant && std::all_of(meaning.checks.begin(), meaning.checks.end(), passes)) return true;
  }
  return false;
}

void Watch::add_kinds(RecordKinds& kinds) const {
  for (const Meaning& meaning : meanings_) kinds.add(meaning.kind);
}

}  // namespace windtunnel::faults
