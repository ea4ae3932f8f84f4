#include <windtunnel/sim/trace/trace_file.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>

namespace windtunnel {
namespace {

constexpr ObservationWord kTable[] = {
    {ObservationKind::user,
     "prepared",
     "prepares {txn}",
     {{{"txn", FieldType::number, "prepared", Change::raise}, {"peer", FieldType::voter}}},
     Weight::news},
};
constexpr Counter kCounters[] = {{"prepared", ObservationKind::user, Strip::line}};
constexpr RoleWord kRoles[] = {{"coordinator", '*', true}};
constexpr ProtocolWords kWords{kTable, kCounters, kRoles};

TraceData sample(std::size_t records) {
  Trace trace(TraceLevel::full);
  trace.name("n1");
  for (std::size_t i = 0; i < records; ++i) {
    Record record;
    record.time = Instant{static_cast<std::int64_t>(i * 1000)};
    record.kind = i % 2 == 0 ? RecordKind::send : RecordKind::deliver;
    record.cause = i / 2;
    record.node = NodeId{static_cast<std::uint32_t>(i % 5)};
    record.a = i;
    record.d = hash_combine(i, 7);
    const std::uint64_t number = trace.append(record);
    if (i % 10 == 0) trace.attach_bytes(number, as_bytes("payload"));
  }
  Dictionary dictionary;
  dictionary.add("n", "spoken", 2, kWords);
  dictionary.add("m", "silent", 1, {});
  return snapshot_of(trace, {"n1", "n2"}, R"({"seed":"1"})", dictionary);
}

TEST(TraceFile, ReadsBackWhatWasWritten) {
  const TraceData data = sample(100'000);
  const FileResult<TraceData> back = decode_trace(encode_trace(data), "x");
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(first_difference(data, *back), 0U);
  EXPECT_EQ(back->hash, data.hash);
  EXPECT_EQ(back->checkpoints, data.checkpoints);
  EXPECT_EQ(back->nodes, data.nodes);
  EXPECT_EQ(back->bytes, data.bytes);
  EXPECT_EQ(back->text_of(hash_text("n1")), "n1");
}

TEST(TraceFile, ThatWouldNeedMoreMemoryThanThereIsIsRefused) {
  TraceData data = sample(1);
  data.dictionary = {};
  data.dictionary.add("n", "many", kMostGroups, {});
  data.nodes.assign(100, "n");
  const FileResult<TraceData> back = decode_trace(encode_trace(data), "x");
  ASSERT_FALSE(back.has_value());
  EXPECT_NE(back.error().what.find("too many nodes and groups"), std::string::npos);
}

TEST(TraceFile, WhoseSignsOfRolesAreNoSignsIsRefused) {
  for (const char sign : {'\x1b', '\n', ' ', '\x7f'}) {
    const RoleWord roles[] = {{"leader", sign}};
    TraceData data = sample(1);
    data.dictionary = {};
    data.dictionary.add("n", "s", 1, {{}, {}, roles});
    EXPECT_FALSE(decode_trace(encode_trace(data), "x").has_value()) << int{sign};
  }
}

TEST(TraceFile, KeepsWhatObservationsMean) {
  const TraceData back = *decode_trace(encode_trace(sample(1)), "x");
  ASSERT_EQ(back.dictionary.services().size(), 2U);
  EXPECT_EQ(back.dictionary.name(GroupId{1}), "n/1");
  EXPECT_EQ(back.dictionary.name(GroupId{2}), "m");
  EXPECT_EQ(back.dictionary.of(GroupId{3}), nullptr);
  const ServiceWords& service = *back.dictionary.of(GroupId{1});
  EXPECT_EQ(service.service, "spoken");
  const ObservationWord* word = service.word(ObservationKind::user);
  ASSERT_NE(word, nullptr);
  EXPECT_EQ(word->sentence, "prepares {txn}");
  EXPECT_EQ(word->weight, Weight::news);
  EXPECT_EQ(word->fields[0].counter, "prepared");
  EXPECT_EQ(word->fields[0].change, Change::raise);
  EXPECT_EQ(word->fields[1].type, FieldType::voter);
  EXPECT_EQ(service.counters[service.counter("prepared")].strip, Strip::line);
  EXPECT_EQ(service.role(0), "coordinator");
  EXPECT_TRUE(service.leads(0));
  // Everybody's words are there as well, and those of nobody.
  EXPECT_NE(service.word("role"), nullptr);
  EXPECT_EQ(back.dictionary.word(GroupId{2}, ObservationKind::user), nullptr);
}

TEST(TraceFile, KeepsTheLog) {
  TraceData data = sample(3);
  const Bytes without = encode_trace(data);
  data.log = {{2, 1, Instant{1000}, NodeId{1}, Incarnation{4}, LogLevel::warning, "disk is slow"},
              {3, 0, Instant{2000}, kNoNode, Incarnation{0}, LogLevel::output, ""}};
  const FileResult<TraceData> back = decode_trace(encode_trace(data), "x");
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->log, data.log);
  ASSERT_TRUE(decode_trace(without, "x").has_value()) << "a file of before";
  data.log[0].after = 4;
  EXPECT_FALSE(decode_trace(encode_trace(data), "x").has_value()) << "behind the last record";
}

TEST(TraceFile, NamesTheFirstRecordThatDiffers) {
  const TraceData a = sample(100);
  TraceData b = a;
  b.records[41].a ^= 1;
  EXPECT_EQ(first_difference(a, b), 42U);
  b = a;
  b.records.pop_back();
  EXPECT_EQ(first_difference(a, b), 100U);
}

TEST(TraceFile, EveryCutIsRefusedAndNamesThePlace) {
  const Bytes whole = encode_trace(sample(20));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const FileResult<TraceData> result = decode_trace(BytesView(whole).first(size), "cut.wtt");
    ASSERT_FALSE(result.has_value()) << size;
    EXPECT_NE(result.error().what.find("cut.wtt"), std::string::npos);
  }
}

TEST(TraceFile, TimesThatOverflowAreRefused) {
  TraceData data;
  data.records.resize(1);
  data.records[0].time = Instant{-1};
  EXPECT_FALSE(decode_trace(encode_trace(data), "x").has_value()) << "before the run";
  data.records[0].time = kEndOfTime;
  const Bytes once = encode_trace(data);
  EXPECT_TRUE(decode_trace(once, "x").has_value());
  // The same records once more, each as much later as the first was after the beginning.
  const std::string_view text = as_text(once);
  const std::size_t begin = text.find("RECS");
  const std::size_t end = text.find("BYTS");
  Bytes twice = once;
  twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(end),
               once.begin() + static_cast<std::ptrdiff_t>(begin),
               once.begin() + static_cast<std::ptrdiff_t>(end));
  EXPECT_FALSE(decode_trace(twice, "x").has_value());
}

RC_GTEST_PROP(TraceFileProperty, AFlippedBitNeverCrashesTheReader, ()) {
  Bytes bytes = encode_trace(sample(50));
  const auto where = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[where] ^= static_cast<std::byte>(1U << *rc::gen::inRange(0, 8));
  const FileResult<TraceData> result = decode_trace(bytes, "x");
  if (!result) RC_ASSERT(!result.error().what.empty());
}

TEST(AtomicFile, AFailedWriteLeavesTheOldFileAndNoOther) {
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / "windtunnel-atomic-file-test";
  std::filesystem::remove_all(directory);
  const std::string path = (directory / "result.json").string();
  ASSERT_TRUE(write_file_atomically(path, as_bytes("first")).has_value());
  // The target cannot be replaced: it is a directory with something in it.
  const std::string blocked = (directory / "blocked").string();
  std::filesystem::create_directories(blocked + "/inside");
  const FileResult<void> result = write_file_atomically(blocked, as_bytes("x"));
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(result.error().what.find("blocked"), std::string::npos);
  const FileResult<Bytes> back = read_whole_file(path, 1000);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(as_text(*back), "first");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 2);
  std::filesystem::remove_all(directory);
}

TEST(AtomicFile, IsThereAsAWholeWhenItIsCommittedAndLeavesNothingOtherwise) {
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / "windtunnel-atomic-pieces-test";
  std::filesystem::remove_all(directory);
  const std::string path = (directory / "history.edn").string();
  ASSERT_TRUE(write_file_atomically(path, as_bytes("first")).has_value());
  const auto write = [&path](bool commit) {
    AtomicFile file(path);
    ASSERT_TRUE(file.open().has_value());
    ASSERT_TRUE(file.write(as_bytes("sec")).has_value());
    ASSERT_TRUE(file.write(as_bytes("ond")).has_value());
    if (commit) {
      ASSERT_TRUE(file.commit().has_value());
    }
  };
  for (const bool commit : {false, true}) {
    write(commit);
    const FileResult<Bytes> back = read_whole_file(path, 1000);
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(as_text(*back), commit ? "second" : "first");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 1);
  }
  std::filesystem::remove_all(directory);
}

TEST(AtomicFile, ReadingSaysWhatIsWrong) {
  EXPECT_EQ(read_whole_file("/nonexistent/x", 10).error().code, make_error_code(Errc::not_found));
  EXPECT_EQ(read_whole_file("/tmp", 10).error().code, make_error_code(Errc::invalid_argument));
}

}  // namespace
}  // namespace windtunnel
