#include <windtunnel/protocols/base/value_codec.h>

#include <windtunnel/protocols/base/assert.h>

#include <utility>

namespace windtunnel {
namespace {

using Kind = Value::Kind;

// What stands behind the byte of a kind.
enum class Content { nothing, number, text, items, text_and_items };

Content content_of(Kind kind) {
  switch (kind) {
    case Kind::nil: return Content::nothing;
    case Kind::boolean:
    case Kind::integer: return Content::number;
    case Kind::number:
    case Kind::string:
    case Kind::keyword:
    case Kind::symbol:
    case Kind::character: return Content::text;
    case Kind::list:
    case Kind::vector:
    case Kind::map:
    case Kind::set: return Content::items;
    case Kind::tagged: return Content::text_and_items;
  }
  return Content::nothing;
}

void write(Writer& writer, const Value& value, int depth) {
  WT_ASSERT(depth <= kMaxValueDepth, "values on a wire have a bounded depth");
  writer.fixed(static_cast<std::uint8_t>(value.kind()));
  const Content content = content_of(value.kind());
  if (content == Content::number) writer.fixed(static_cast<std::uint64_t>(value.integer()));
  if (content == Content::text || content == Content::text_and_items) writer.text(value.text());
  if (content != Content::items && content != Content::text_and_items) return;
  writer.varint(value.items().size());
  for (const Value& item : value.items()) write(writer, item, depth + 1);
}

Value refuse(Reader& reader) {
  reader.fail();
  return {};
}

// A map has pairs, a tagged form has one item.
bool can_have(Kind kind, std::uint64_t items) {
  if (kind == Kind::map) return items % 2 == 0;
  return kind != Kind::tagged || items == 1;
}

std::vector<Value> read_items(Reader& reader, Kind kind, int depth);

Value read(Reader& reader, int depth) {
  if (depth > kMaxValueDepth) return refuse(reader);
  const auto byte = reader.fixed<std::uint8_t>();
  if (byte > static_cast<std::uint8_t>(Kind::tagged)) return refuse(reader);
  const auto kind = static_cast<Kind>(byte);
  switch (content_of(kind)) {
    case Content::nothing: return {};
    case Content::number: {
      const auto number = static_cast<std::int64_t>(reader.fixed<std::uint64_t>());
      if (kind == Kind::integer) return number;
      return number == 0 || number == 1 ? Value::boolean(number == 1) : refuse(reader);
    }
    case Content::text: return {kind, reader.text()};
    case Content::items: return {kind, read_items(reader, kind, depth)};
    case Content::text_and_items: {
      const std::string_view tag = reader.text();
      std::vector<Value> items = read_items(reader, kind, depth);
      return items.empty() ? Value() : Value::tagged(tag, std::move(items[0]));
    }
  }
  return refuse(reader);
}

// Room is made as items come, not as the count promises.
std::vector<Value> read_items(Reader& reader, Kind kind, int depth) {
  std::vector<Value> items;
  const std::uint64_t count = reader.varint();
  if (!can_have(kind, count)) reader.fail();
  for (std::uint64_t left = count; left > 0 && reader.ok(); --left) {
    items.push_back(read(reader, depth + 1));
  }
  if (!reader.ok()) items.clear();
  return items;
}

}  // namespace

void write_value(Writer& writer, const Value& value) { write(writer, value, 0); }

Value read_value(Reader& reader) {
  Value value = read(reader, 0);
  return reader.ok() ? value : Value();
}

}  // namespace windtunnel
