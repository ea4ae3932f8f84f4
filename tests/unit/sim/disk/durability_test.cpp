// What the disk says is durable, and that it keeps its word whatever is drawn.
#include "tests/unit/sim/disk/disk_world.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace windtunnel {
namespace {

using testing::Completion;
using testing::DiskWorld;

struct Heard final : DurabilityListener {
  void on_synced(NodeId, std::uint32_t file, std::uint64_t operation) override {
    synced.emplace_back(file, operation);
  }
  void on_names_synced(NodeId) override { ++names; }
  void on_damaged(NodeId, const DiskDamage&) override { ++damaged; }
  std::vector<std::pair<std::uint32_t, std::uint64_t>> synced;
  int names = 0;
  int damaged = 0;
};

TEST(Durability, FollowsSyncsAndWritesOnTheirWay) {
  DiskWorld world;
  const File file = world.open("a");
  const std::uint32_t number = SimDisk::file_of(file.handle);
  world.write(file, 0, "first");
  EXPECT_FALSE(world.disk().is_durable(number, 0, 5));
  world.sync(file);
  EXPECT_TRUE(world.disk().is_durable(number, 0, 5));
  EXPECT_FALSE(world.disk().is_durable(number, 0, 6));
  world.write(file, 5, "second");
  EXPECT_TRUE(world.disk().is_durable(number, 0, 5)) << "its sector is dirty, its bytes are not";
  EXPECT_FALSE(world.disk().is_durable(number, 5, 6));
  world.sync(file);
  Completion under_way;
  world.port().write(file, 0, as_bytes("other"), under_way);
  EXPECT_FALSE(world.disk().is_durable(number, 0, 5));
  EXPECT_TRUE(world.disk().is_durable(number, 5, 6));
  world.run();
  EXPECT_FALSE(world.disk().is_durable(number + 1, 0, 0));
}

TEST(Durability, TheListenerHearsEachSyncWhenItTakesEffect) {
  DiskWorld world;
  Heard heard;
  world.disk().set_durability_listener(&heard);
  const File file = world.open("a");
  world.write(file, 0, "x");
  EXPECT_TRUE(heard.synced.empty());
  world.sync(file);
  world.sync_directory();
  world.disk().begin_fault(world.fault(DiskFaultKind::fail_sync));
  world.sync(file);
  world.disk().end_faults();
  world.disk().begin_fault(world.fault(DiskFaultKind::bit_rot, 8));
  ASSERT_EQ(heard.synced.size(), 1U);
  EXPECT_EQ(heard.synced[0].first, SimDisk::file_of(file.handle));
  EXPECT_EQ(heard.names, 1);
  EXPECT_EQ(heard.damaged, 1);
}

// A file with random writes, truncations and syncs against a byte array; at the end the power
// fails, and each byte that was said to be durable must be there.
struct Step {
  int kind = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

std::vector<Step> any_steps() {
  return *rc::gen::container<std::vector<Step>>(
      rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, 4), rc::gen::inRange<std::uint64_t>(0, 9'000),
                                  rc::gen::inRange<std::uint64_t>(1, 6'000)),
                   [](const std::tuple<int, std::uint64_t, std::uint64_t>& drawn) {
                     return Step{std::get<0>(drawn), std::get<1>(drawn), std::get<2>(drawn)};
                   }));
}

RC_GTEST_PROP(FileImage, DurableBytesSurviveAndReadsSeeTheModel, (std::uint64_t seed)) {
  const std::vector<Step> steps = any_steps();
  PagePool pool;
  std::string model;
  std::string synced;
  FileImage image(pool);
  char next = 'a';
  for (const Step& step : steps) {
    const std::string text(step.length, next);
    next = next == 'z' ? 'a' : static_cast<char>(next + 1);
    if (step.kind <= 1) {
      image.write(step.offset, as_bytes(text));
      model.resize(std::max<std::size_t>(model.size(), step.offset + step.length), '\0');
      model.replace(step.offset, step.length, text);
    } else if (step.kind == 2) {
      image.truncate(step.offset);
      model.resize(step.offset, '\0');
    } else {
      image.sync();
      synced = model;
    }
    Bytes seen;
    image.copy_to(DiskImage::cached, seen);
    RC_ASSERT(as_text(seen) == model);
  }
  std::vector<bool> durable;
  for (std::uint64_t at = 0; at < model.size(); ++at) durable.push_back(image.is_durable(at, 1));
  image.lose_power(DrawKey(seed, "test", ""), false);
  Bytes after;
  image.copy_to(DiskImage::cached, after);
  for (std::uint64_t at = 0; at < model.size(); ++at) {
    if (!durable[at]) continue;
    RC_ASSERT(at < after.size());
    RC_ASSERT(static_cast<char>(after[at]) == model[at]);
  }
  // Every byte is the newest one, the one last synced, or that of a hole.
  model.resize(std::max(model.size(), synced.size()), '\0');
  synced.resize(model.size(), '\0');
  RC_ASSERT(after.size() <= model.size());
  for (std::size_t at = 0; at < after.size(); ++at) {
    const char byte = static_cast<char>(after[at]);
    RC_ASSERT(byte == model[at] || byte == synced[at]);
  }
  RC_ASSERT(image.is_durable(0, image.size()));
  Bytes stored;
  image.copy_to(DiskImage::durable, stored);
  RC_ASSERT(equal(stored, after));
  // What the size has lost does not come back.
  image.truncate(20'000);
  Bytes extended;
  image.copy_to(DiskImage::cached, extended);
  after.resize(20'000, std::byte{0});
  RC_ASSERT(equal(extended, after));
}

using Model = std::map<std::string, std::string>;

std::string path_of(int number) {
  const std::string directory = (number & 4) != 0 ? "dir/" : "";
  return directory + static_cast<char>('a' + (number & 3));
}

// Plays random operations on eight paths in two directories, checking each against the model.
Model play_any_operations(DiskWorld& world) {
  Model model;
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 5), rc::gen::inRange(0, 16)));
  world.make_directory("dir");
  world.sync_directory();
  for (const std::pair<int, int>& step : steps) {
    const int number = step.second;
    const std::string path = path_of(number & 7);
    const std::string other = path_of((number * 5 + 3) & 7);
    if (step.first <= 1) {
      const File file = world.open(path);
      const std::string text = path + std::to_string(number);
      world.truncate(file, 0);
      RC_ASSERT(world.write(file, 0, text) == Errc::ok);
      if (step.first == 1) world.sync(file);
      world.port().close(file);
      model[path] = text;
    } else if (step.first == 2) {
      const Errc error = world.rename(path, other);
      RC_ASSERT((error == Errc::ok) == model.contains(path));
      if (error != Errc::ok || path == other) continue;
      model[other] = model[path];
      model.erase(path);
    } else if (step.first == 3) {
      RC_ASSERT((world.remove(path) == Errc::ok) == (model.erase(path) == 1));
    } else {
      world.sync_directory((number & 1) != 0 ? "dir" : "");
    }
  }
  return model;
}

// The files that the disk says would survive.
Model durable_part(DiskWorld& world, const Model& model) {
  Model durable;
  for (const auto& [path, text] : model) {
    const std::uint32_t file = SimDisk::file_of(world.open(path).handle);
    const bool name = world.disk().is_name_durable(file);
    if (name && world.disk().is_durable(file, 0, text.size())) durable[path] = text;
  }
  return durable;
}

RC_GTEST_PROP(SimDisk, EverythingSyncedSurvivesAPowerLoss, (std::uint64_t seed)) {
  DiskWorld world(seed);
  const Model model = play_any_operations(world);
  for (const auto& [path, text] : model) world.sync(world.open(path));
  world.sync_directory("dir");
  world.sync_directory("");
  RC_ASSERT(durable_part(world, model) == model);
  world.restart(CrashKind::power);
  const std::map<std::string, Bytes> after = world.disk().dump(DiskImage::cached);
  RC_ASSERT(after.size() == model.size());
  for (const auto& [path, text] : model) {
    RC_ASSERT(after.contains(path));
    RC_ASSERT(as_text(after.at(path)) == text);
  }
  RC_ASSERT(world.disk().content_hash(DiskImage::durable) ==
            world.disk().content_hash(DiskImage::cached));
}

RC_GTEST_PROP(SimDisk, WhatItCallsDurableSurvivesAPowerLossAtAnyTime, (std::uint64_t seed)) {
  DiskWorld world(seed);
  const Model model = play_any_operations(world);
  const Model durable = durable_part(world, model);
  world.restart(CrashKind::power);
  const std::map<std::string, Bytes> after = world.disk().dump(DiskImage::cached);
  for (const auto& [path, text] : durable) {
    RC_ASSERT(after.contains(path));
    RC_ASSERT(as_text(after.at(path)).substr(0, text.size()) == text);
  }
}

}  // namespace
}  // namespace windtunnel
