// Events whose times do not go with the order of their lines, as where the logs of several clients
// were put behind each other.
#pragma once

#include <windtunnel/checkers/history/history.h>

#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers {

// Follows the times of events as they are read.
class TimeWatch {
 public:
  void see(const Event& event);
  // What to tell where a time was smaller than one before it; else nothing.
  std::optional<std::string> hint() const;

 private:
  std::int64_t latest_ = kNoTime;
  std::uint64_t back_ = 0;  // events that are earlier than one before them
  std::string first_;
};

// Into the order of their times. Of events of one time the calls come first and the last returns of
// a process last, so that operations count as concurrent where nothing says otherwise; the order of
// one process stays. An event without a time stays behind the one before it.
void sort_by_time(std::vector<Event>& events);

}  // namespace windtunnel::checkers
