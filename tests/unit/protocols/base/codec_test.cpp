#include <windtunnel/protocols/base/codec.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>

namespace windtunnel {
namespace {

struct Sample {
  std::uint8_t small = 0;
  std::uint32_t medium = 0;
  std::uint64_t large = 0;
  std::uint64_t number = 0;
  bool flag = false;
  std::string text;
};

Bytes encode(const Sample& sample) {
  Bytes out;
  Writer writer(out);
  writer.fixed(sample.small);
  writer.fixed(sample.medium);
  writer.fixed(sample.large);
  writer.varint(sample.number);
  writer.boolean(sample.flag);
  writer.text(sample.text);
  return out;
}

Sample decode(Reader& reader) {
  Sample sample;
  sample.small = reader.fixed<std::uint8_t>();
  sample.medium = reader.fixed<std::uint32_t>();
  sample.large = reader.fixed<std::uint64_t>();
  sample.number = reader.varint();
  sample.flag = reader.boolean();
  sample.text = std::string(reader.text());
  return sample;
}

Sample any_sample() {
  Sample sample;
  sample.small = *rc::gen::arbitrary<std::uint8_t>();
  sample.medium = *rc::gen::arbitrary<std::uint32_t>();
  sample.large = *rc::gen::arbitrary<std::uint64_t>();
  // All lengths of a varint are as likely.
  const int bits = *rc::gen::inRange(0, 64);
  sample.number = *rc::gen::arbitrary<std::uint64_t>() >> bits;
  sample.flag = *rc::gen::arbitrary<bool>();
  sample.text = *rc::gen::arbitrary<std::string>();
  return sample;
}

RC_GTEST_PROP(Codec, ReadsBackWhatWasWritten, ()) {
  const Sample sample = any_sample();
  const Bytes bytes = encode(sample);
  Reader reader(bytes);
  const Sample seen = decode(reader);
  RC_ASSERT(reader.done());
  RC_ASSERT(seen.small == sample.small);
  RC_ASSERT(seen.medium == sample.medium);
  RC_ASSERT(seen.large == sample.large);
  RC_ASSERT(seen.number == sample.number);
  RC_ASSERT(seen.flag == sample.flag);
  RC_ASSERT(seen.text == sample.text);
}

RC_GTEST_PROP(Codec, RefusesEveryTruncation, ()) {
  const Bytes bytes = encode(any_sample());
  const auto kept = *rc::gen::inRange<std::size_t>(0, bytes.size());
  Reader reader(BytesView(bytes).first(kept));
  decode(reader);
  RC_ASSERT(!reader.ok());
  RC_ASSERT(!reader.done());
}

RC_GTEST_PROP(Codec, NeverReadsOutsideDamagedInput, ()) {
  const auto text = *rc::gen::arbitrary<std::string>();
  const Bytes bytes = to_bytes(text);
  Reader reader(bytes);
  const Sample seen = decode(reader);
  RC_ASSERT(seen.text.size() <= bytes.size());
  RC_ASSERT(reader.remaining() <= bytes.size());
  if (!reader.ok()) RC_ASSERT(reader.remaining() == 0U);
}

TEST(Codec, FixedIntegersAreLittleEndian) {
  Bytes out;
  Writer(out).fixed(std::uint32_t{0x04030201});
  EXPECT_EQ(out, (Bytes{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}}));
}

TEST(Codec, VarintsAreLeb128) {
  Bytes out;
  Writer(out).varint(300);
  EXPECT_EQ(out, (Bytes{std::byte{0xac}, std::byte{0x02}}));
}

TEST(Codec, RefusesAVarintOfMoreThan64Bits) {
  Bytes out(9, std::byte{0xff});
  out.push_back(std::byte{0x01});
  Reader largest(out);
  EXPECT_EQ(largest.varint(), UINT64_MAX);
  EXPECT_TRUE(largest.done());
  out.back() = std::byte{0x02};
  Reader over(out);
  over.varint();
  EXPECT_FALSE(over.ok());
}

TEST(Codec, RefusesABooleanThatIsNeither) {
  const Bytes two{std::byte{2}};
  Reader reader(two);
  EXPECT_FALSE(reader.boolean());
  EXPECT_FALSE(reader.ok());
}

TEST(Codec, RefusesALengthBeyondTheInput) {
  Bytes out;
  Writer(out).varint(UINT64_MAX);
  out.push_back(std::byte{7});
  Reader reader(out);
  EXPECT_TRUE(reader.bytes().empty());
  EXPECT_FALSE(reader.ok());
}

TEST(Codec, AfterTheFirstErrorEverythingReadsAsZero) {
  const Bytes bytes{std::byte{1}, std::byte{2}};
  Reader reader(bytes);
  reader.fixed<std::uint64_t>();
  EXPECT_EQ(reader.fixed<std::uint8_t>(), 0U);
  EXPECT_EQ(reader.varint(), 0U);
  EXPECT_TRUE(reader.raw(1).empty());
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace windtunnel
