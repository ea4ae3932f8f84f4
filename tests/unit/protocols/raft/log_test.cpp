#include <windtunnel/protocols/raft/log.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace windtunnel::raft {
namespace {

void add(Log& log, std::uint64_t term, std::string_view text) {
  log.append(Term{term}, EntryKind::command, Payload(as_bytes(text)), hash_text(text));
}

std::string text_at(const Log& log, std::uint64_t index) {
  return std::string(as_text(log.at(LogIndex{index}).payload.view()));
}

TEST(Log, EqualPrefixesHaveEqualHashesAndOthersDoNot) {
  Log a;
  Log b;
  for (Log* log : {&a, &b}) {
    add(*log, 1, "x");
    add(*log, 1, "y");
  }
  EXPECT_EQ(a, b);
  add(a, 2, "z");
  add(b, 3, "z");
  EXPECT_EQ(a.hash_at(LogIndex{2}), b.hash_at(LogIndex{2}));
  EXPECT_NE(a.last_hash(), b.last_hash());
  EXPECT_FALSE(a == b);
}

TEST(Log, ASliceKeepsItsEntriesWhenTheLogIsOverwritten) {
  Log log;
  add(log, 1, "a");
  add(log, 1, "b");
  const EntrySlice slice = log.slice(LogIndex{1}, 2);
  log.truncate_from(LogIndex{2});
  add(log, 2, "c");
  EXPECT_EQ(as_text(slice[1].payload.view()), "b");
  EXPECT_EQ(slice[1].term, Term{1});
  EXPECT_EQ(text_at(log, 2), "c");
}

TEST(Log, CopiesShareAndDoNotDisturbEachOther) {
  Log a;
  add(a, 1, "a");
  Log b = a;
  add(a, 1, "of a");
  add(b, 2, "of b");
  EXPECT_EQ(text_at(a, 2), "of a");
  EXPECT_EQ(text_at(b, 2), "of b");
  EXPECT_EQ(text_at(b, 1), "a");
}

TEST(Log, ASliceMaySpanTwoChunks) {
  Log log;
  for (std::size_t i = 1; i <= 2 * kChunkEntries; ++i) add(log, 1, std::to_string(i));
  const EntrySlice slice = log.slice(LogIndex{kChunkEntries - 1}, kMaxSliceEntries);
  for (std::size_t i = 0; i < slice.size(); ++i) {
    EXPECT_EQ(as_text(slice[i].payload.view()), std::to_string(kChunkEntries - 1 + i));
  }
}

TEST(Log, FindsTheLastPlaceOfATermAtMost) {
  Log log;
  for (const std::uint64_t term : {1, 1, 3, 3, 3, 6}) add(log, term, "x");
  const auto find = [&](std::uint64_t term, std::uint64_t upto) {
    return log.last_with_term_at_most(Term{term}, LogIndex{upto}).value;
  };
  EXPECT_EQ(find(3, 6), 5U);
  EXPECT_EQ(find(2, 6), 2U);
  EXPECT_EQ(find(3, 4), 4U);
  EXPECT_EQ(find(0, 6), 0U);
  EXPECT_EQ(find(9, 6), 6U);
}

// Against a plain vector, under appends, truncations, compactions, resets and copies.
RC_GTEST_PROP(LogLaw, IsAVectorWithAMovingStart, ()) {
  struct Model {
    std::vector<std::pair<std::uint64_t, std::string>> entries;
    std::uint64_t base = 0;
  };
  Log log;
  Log other;  // a copy of some moment, to share chunks with
  Model model;
  std::uint64_t term = 1;
  const auto steps =
      *rc::gen::container<std::vector<std::uint32_t>>(400, rc::gen::arbitrary<std::uint32_t>());
  for (const std::uint32_t step : steps) {
    const std::uint64_t last = model.base + model.entries.size();
    if (step % 16 < 12) {
      const std::string text = std::to_string(step);
      term += step % 7 == 0 ? 1 : 0;
      for (std::uint32_t n = 0; n < step % 5; ++n) {
        add(log, term, text);
        model.entries.emplace_back(term, text);
      }
    } else if (step % 16 == 12 && last > model.base) {
      const std::uint64_t from = last - (step / 16) % std::min<std::uint64_t>(last - model.base, 9);
      log.truncate_from(LogIndex{from});
      model.entries.resize(from - model.base - 1);
    } else if (step % 16 == 13 && last > model.base) {
      const std::uint64_t upto = model.base + (step / 16) % (last - model.base + 1);
      log.compact(LogIndex{upto});
      model.entries.erase(model.entries.begin(),
                          model.entries.begin() + static_cast<std::ptrdiff_t>(upto - model.base));
      model.base = upto;
    } else if (step % 16 == 14) {
      other = log;
    } else if (step % 16 == 15 && other.last_term() <= Term{term}) {
      add(other, term + 1, "elsewhere");
    }
    RC_ASSERT(log.base().index.value == model.base);
    RC_ASSERT(log.last_index().value == model.base + model.entries.size());
  }
  for (std::size_t i = 0; i < model.entries.size(); ++i) {
    const LogIndex index{model.base + i + 1};
    RC_ASSERT(log.term_at(index).value == model.entries[i].first);
    RC_ASSERT(text_at(log, index.value) == model.entries[i].second);
    const Entry& entry = log.at(index);
    RC_ASSERT(entry.hash == chained_hash(log.hash_at(index - 1), entry.term, entry.kind,
                                         hash_bytes(entry.payload.view())));
  }
}

}  // namespace
}  // namespace windtunnel::raft
