// The one table of the scenario format. For every struct of the spec there is a `describe` that
// lists its keys: name, member, whether it is required, what it means. A default is what a
// default-made struct holds. A visitor walks spec and table together: the reader fills the spec
// from YAML, the printer writes it back, and `schema()` keeps the table itself, from which the JSON
// Schema and the documentation are made.
//
//   void describe(Fields<LimitsSpec>& f) {
//     f.required("sim_time", &LimitsSpec::sim_time, "How long the run lasts in virtual time.",
//     kPositive); f.optional("events", &LimitsSpec::events, "...");
//   }
#pragma once

#include <windtunnel/scenarios/format/scalars.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace windtunnel::scenarios {

// What the table says about one key. In lists and maps the elements have no key.
struct FieldInfo {
  std::string_view key;
  std::string_view doc;
  bool required = false;
  Bounds bounds;
  // Of several fields of one group exactly one is given: "effect", "trigger". Empty: no group.
  std::string_view group;
  // It is there for certain, so that it has no default: an element, an engaged optional, an
  // alternative.
  bool given = false;
};

// A scalar member, with its type hidden.
class ScalarRef {
 public:
  virtual ValueKind kind() const = 0;
  virtual MaybeProblem parse(const YamlNode& node, const Bounds& bounds) = 0;
  // As YAML.
  virtual std::string print() const = 0;
  // Of the kind `word`.
  virtual std::vector<std::string_view> words() const { return {}; }

 protected:
  ~ScalarRef() = default;
};

class SchemaVisitor {
 public:
  // `is_default`: the value is what it is when the key is absent.
  virtual void scalar(const FieldInfo& info, ScalarRef& value, bool is_default) = 0;
  // True: walk into it. Then the fields follow, and `end_object`.
  virtual bool begin_object(const FieldInfo& info, bool is_default) = 0;
  virtual void end_object() = 0;
  // How many elements to walk; each is announced by `element`.
  virtual std::size_t begin_list(const FieldInfo& info, std::size_t size) = 0;
  virtual void element(std::size_t index) = 0;
  virtual void end_list() = 0;
  // The keys to walk.
  virtual std::vector<std::string> begin_map(const FieldInfo& info,
                                             const std::vector<std::string>& keys) = 0;
  virtual void end_map() = 0;
  // Whether an optional member or an alternative is (to be) present.
  virtual bool present(const FieldInfo& info, bool has_value) = 0;
  // The keys of the object that no field has; those to walk.
  virtual std::vector<std::string> other_keys(std::string_view doc,
                                              const std::vector<std::string>& held) = 0;
  // Where the object was written.
  virtual void span(SourceSpan& where) = 0;
  // The object may be written as the value of this key alone. Announced before the fields.
  virtual void short_form(std::string_view key) = 0;
  // What is wrong with the object as a whole, if anything. Announced after the fields.
  virtual void verified(const MaybeProblem& problem) = 0;

 protected:
  ~SchemaVisitor() = default;
};

template <class T>
class Fields;

template <class T>
class ScalarOf final : public ScalarRef {
 public:
  explicit ScalarOf(T& value) : value_(value) {}
  ValueKind kind() const override {
    if constexpr (std::is_enum_v<T>) return ValueKind::word;
    return kKindOf<T>;
  }
  MaybeProblem parse(const YamlNode& node, const Bounds& bounds) override {
    if constexpr (std::is_enum_v<T>) {
      std::size_t index = 0;
      MaybeProblem problem = parse_word(node, words(), index);
      value_ = static_cast<T>(index);
      return problem;
    } else {
      return scenarios::parse(node, bounds, value_);
    }
  }
  std::string print() const override {
    if constexpr (std::is_enum_v<T>) {
      return quoted_if_needed(words()[static_cast<std::size_t>(value_)]);
    } else {
      return scenarios::print(value_);
    }
  }
  std::vector<std::string_view> words() const override {
    if constexpr (std::is_enum_v<T>) return Words<T>::list();
    return {};
  }

 private:
  T& value_;
};

// A size that is a number of bytes a second.
class BandwidthRef final : public ScalarRef {
 public:
  explicit BandwidthRef(Size& value) : value_(value) {}
  ValueKind kind() const override { return ValueKind::bandwidth; }
  MaybeProblem parse(const YamlNode& node, const Bounds&) override {
    return parse_bandwidth(node, value_);
  }
  std::string print() const override { return print_bandwidth(value_); }

 private:
  Size& value_;
};

// --- How each shape of member is walked. ---

template <class T>
inline constexpr bool kIsScalar = std::is_enum_v<T> || kKindOf<T> != ValueKind::object;

template <class T>
void walk(SchemaVisitor& visitor, const FieldInfo& info, T& value, const T& fallback) {
  if constexpr (kIsScalar<T>) {
    ScalarOf<T> scalar(value);
    visitor.scalar(info, scalar, value == fallback);
  } else {
    if (!visitor.begin_object(info, value == fallback)) return;
    Fields<T> fields(visitor, value, fallback);
    describe(fields);
    visitor.end_object();
  }
}

template <class T>
void walk(SchemaVisitor& visitor, const FieldInfo& info, std::optional<T>& value,
          const std::optional<T>& fallback) {
  if (!visitor.present(info, value.has_value())) return;
  // Present in the file, or in the defaults that the file adds to.
  if (!value) value.emplace();
  FieldInfo inner = info;
  inner.given = !fallback.has_value();
  walk(visitor, inner, *value, fallback ? *fallback : T{});
}

template <class T>
void walk(SchemaVisitor& visitor, const FieldInfo& info, std::vector<T>& value,
          const std::vector<T>&) {
  const std::size_t size = visitor.begin_list(info, value.size());
  value.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    visitor.element(i);
    walk(visitor, FieldInfo{{}, {}, false, info.bounds, {}, true}, value[i], T{});
  }
  visitor.end_list();
}

template <class T>
void walk(SchemaVisitor& visitor, const FieldInfo& info,
          std::map<std::string, T, std::less<>>& value,
          const std::map<std::string, T, std::less<>>&) {
  std::vector<std::string> keys;
  for (const auto& [key, unused] : value) keys.push_back(key);
  for (const std::string& key : visitor.begin_map(info, keys)) {
    walk(visitor, FieldInfo{key, {}, false, info.bounds, {}, true}, value[key], T{});
  }
  visitor.end_map();
}

// The table of one struct, and a value of it.
template <class T>
class Fields {
 public:
  Fields(SchemaVisitor& visitor, T& value, const T& fallback)
      : visitor_(visitor), value_(value), fallback_(fallback) {}

  template <class M, class C>
  void required(std::string_view key, M C::*member, std::string_view doc, Bounds bounds = {}) {
    walk(visitor_, FieldInfo{key, doc, true, bounds, {}, false}, value_.*member, fallback_.*member);
  }
  template <class M, class C>
  void optional(std::string_view key, M C::*member, std::string_view doc, Bounds bounds = {}) {
    walk(visitor_, FieldInfo{key, doc, false, bounds, {}, false}, value_.*member,
         fallback_.*member);
  }
  // A size that is written as a bandwidth.
  template <class C>
  void bandwidth(std::string_view key, std::optional<Size> C::*member, std::string_view doc) {
    const FieldInfo info{key, doc, false, {}, {}, false};
    std::optional<Size>& value = value_.*member;
    if (!visitor_.present(info, value.has_value())) return;
    if (!value) value.emplace();
    BandwidthRef scalar(*value);
    FieldInfo inner = info;
    inner.given = true;
    visitor_.scalar(inner, scalar, false);
  }
  // The keys of a part of the struct stand among those of the struct.
  template <class M, class C>
  void inlined(M C::*member) {
    Fields<M> fields(visitor_, value_.*member, fallback_.*member);
    describe(fields);
  }
  // One alternative of a variant: given when the key is. `group` says what the variant is. A value
  // that `is_written` refuses has another key.
  template <class A, class V, class C>
  void alternative(
      std::string_view key, V C::*member, std::string_view group, std::string_view doc,
      bool (*is_written)(const A&) = [](const A&) { return true; }) {
    V& variant = value_.*member;
    const FieldInfo info{key, doc, false, {}, group, false};
    const A* held = std::get_if<A>(&variant);
    if (!visitor_.present(info, held != nullptr && is_written(*held))) return;
    if (!std::holds_alternative<A>(variant)) variant = A{};
    FieldInfo inner = info;
    inner.given = true;
    walk(visitor_, inner, std::get<A>(variant), A{});
  }
  // Another key for those values of the alternative A that have the form `Form`.
  template <class A, class Form, class V, class C>
  void written_as(std::string_view key, V C::*member, std::string_view group, std::string_view doc,
                  std::optional<Form> (*form_of)(const A&), A (*value_of)(Form)) {
    V& variant = value_.*member;
    const FieldInfo info{key, doc, false, {}, group, true};
    const A* held = std::get_if<A>(&variant);
    std::optional<Form> form = held != nullptr ? form_of(*held) : std::nullopt;
    if (!visitor_.present(info, form.has_value())) return;
    if (!form) form.emplace();
    walk(visitor_, info, *form, Form{});
    variant = value_of(std::move(*form));
  }
  // All keys that no field has, with what is written there. The last of the fields.
  template <class C>
  void other_keys(std::map<std::string, std::string, std::less<>> C::*member,
                  std::string_view doc) {
    std::vector<std::string> held;
    for (const auto& [key, unused] : value_.*member) held.push_back(key);
    for (const std::string& key : visitor_.other_keys(doc, held)) {
      ScalarOf<std::string> scalar((value_.*member)[key]);
      visitor_.scalar(FieldInfo{key, {}, false, {}, {}, true}, scalar, false);
    }
  }
  // A member that is one of a group, such as a list that stands for an effect.
  template <class M, class C>
  void one_of(std::string_view key, M C::*member, std::string_view group, std::string_view doc) {
    const FieldInfo info{key, doc, false, {}, group, false};
    M& value = value_.*member;
    if (!visitor_.present(info, !(value == fallback_.*member))) return;
    FieldInfo inner = info;
    inner.given = true;
    walk(visitor_, inner, value, fallback_.*member);
  }
  template <class C>
  void span(SourceSpan C::*member) {
    visitor_.span(value_.*member);
  }
  void short_form(std::string_view key) { visitor_.short_form(key); }
  void verify(MaybeProblem (*check)(const T&)) { visitor_.verified(check(value_)); }

 private:
  SchemaVisitor& visitor_;
  T& value_;
  const T& fallback_;
};

void describe(Fields<ScenarioSpec>& f);

// The table as data.
struct SchemaNode {
  std::string key;
  std::string doc;
  ValueKind kind = ValueKind::object;
  bool required = false;
  std::string default_text;  // empty: none
  Bounds bounds;
  std::string group;
  std::string short_key;   // of an object that may be written as the value of this key alone
  std::string others_doc;  // of an object that has further keys: what they are
  std::vector<std::string> words;
  std::vector<SchemaNode> children;  // of an object: its keys; of a list or a map: the element
  friend bool operator==(const SchemaNode&, const SchemaNode&) = default;
};
const SchemaNode& schema();

// JSON Schema, draft-07.
std::string json_schema();
// The reference part of docs/scenario-format.md.
std::string markdown_reference();

// `params`, `include`, `x-...`: keys of a file that are used up before the spec is read.
struct FileKey {
  std::string_view key;
  std::string_view doc;
};
const std::vector<FileKey>& file_keys();

}  // namespace windtunnel::scenarios
