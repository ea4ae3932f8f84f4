#include <windtunnel/protocols/base/value_codec.h>

#include <gtest/gtest.h>

namespace windtunnel {
namespace {

Bytes written(const Value& value) {
  Bytes bytes;
  Writer writer(bytes);
  write_value(writer, value);
  return bytes;
}

Value nested(int depth) {
  Value value(7);
  for (int i = 0; i < depth; ++i) value = Value::vector({std::move(value)});
  return value;
}

const Value kValues[] = {
    {},
    Value::boolean(false),
    Value::boolean(true),
    0,
    -1,
    std::int64_t{1} << 62,
    Value(Value::Kind::number, "1/3"),
    "",
    "text",
    Value::keyword("from"),
    Value(Value::Kind::symbol, "x"),
    Value(Value::Kind::character, "a"),
    Value(Value::Kind::list, std::vector<Value>{1, 2}),
    Value::vector({}),
    Value::vector({Value::keyword("send"), 1, Value::vector({4, 17})}),
    Value(Value::Kind::map, {Value::keyword("a"), 10, "b", Value()}),
    Value(Value::Kind::set, std::vector<Value>{3, 1, 2}),
    Value::tagged("inst", "2026"),
    nested(kMaxValueDepth),
};

TEST(ValueCodec, ReadsWhatItWrote) {
  for (const Value& value : kValues) {
    const Bytes bytes = written(value);
    Reader reader(bytes);
    const Value read = read_value(reader);
    EXPECT_TRUE(reader.done());
    EXPECT_EQ(read, value);
    EXPECT_EQ(read.kind(), value.kind());
    EXPECT_EQ(written(read), bytes);
  }
}

TEST(ValueCodec, RefusesEveryBeginning) {
  for (const Value& value : kValues) {
    const Bytes bytes = written(value);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      Reader reader(BytesView(bytes).first(size));
      EXPECT_TRUE(read_value(reader).is_nil());
      EXPECT_FALSE(reader.ok()) << size;
    }
  }
}

TEST(ValueCodec, RefusesWhatNoWriterMade) {
  const auto kind = [](Value::Kind it) { return static_cast<std::byte>(it); };
  const std::byte nil = kind(Value::Kind::nil);
  const Bytes cases[] = {
      {std::byte{13}},                                                         // no kind
      {kind(Value::Kind::boolean), std::byte{2}, {}, {}, {}, {}, {}, {}, {}},  // no truth
      {kind(Value::Kind::map), std::byte{1}, nil},              // a key without a value
      {kind(Value::Kind::tagged), {}, std::byte{0}},            // a tag without a form
      {kind(Value::Kind::tagged), {}, std::byte{2}, nil, nil},  // and with two
  };
  for (const Bytes& bytes : cases) {
    Reader reader(bytes);
    EXPECT_TRUE(read_value(reader).is_nil());
    EXPECT_FALSE(reader.ok());
  }
}

TEST(ValueCodec, RefusesMoreDepthThanItWrites) {
  Bytes bytes;
  for (int i = 0; i <= kMaxValueDepth; ++i) {
    bytes.push_back(static_cast<std::byte>(Value::Kind::vector));
    bytes.push_back(std::byte{1});
  }
  bytes.push_back(static_cast<std::byte>(Value::Kind::nil));
  Reader reader(bytes);
  read_value(reader);
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace windtunnel
