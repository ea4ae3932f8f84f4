#include <windtunnel/protocols/asio/small_ports.h>

#include <windtunnel/protocols/base/utf8.h>

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <random>
#include <thread>

namespace windtunnel {
namespace {

// The system's timers cannot name the end of time; a long wait is split.
constexpr Duration kLongestWait = seconds(3600);

Duration thread_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

}  // namespace

Instant AsioClock::now() const {
  const auto elapsed = std::chrono::steady_clock::now() - start_;
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count()};
}

WallTime AsioClock::wall() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
}

std::chrono::steady_clock::time_point AsioClock::at(Instant instant) const {
  return start_ + std::chrono::nanoseconds(instant.ns);
}

AsioTimers::~AsioTimers() { sever(); }

void AsioTimers::sever() {
  severed_ = true;
  timer_.cancel();
}

void AsioTimers::arm(Instant deadline, Waiter& waiter) {
  if (severed_) return;
  waiter.disarm();
  // One that is due already waits for the loop's next turn too: it must not overtake what the run
  // queue holds, nor what that will still post.
  waiter.hold(*this);
  heap_.emplace_back();
  sift_up(heap_.size() - 1, {deadline, next_sequence_++, &waiter});
  wait();
}

void AsioTimers::forget(Waiter& waiter) noexcept {
  remove_at(waiter.tag);
  waiter.release();
}

void AsioTimers::place(std::size_t position, const Entry& entry) {
  heap_[position] = entry;
  entry.waiter->tag = position;
}

void AsioTimers::sift_up(std::size_t position, const Entry& entry) {
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (!entry.before(heap_[parent])) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, entry);
}

void AsioTimers::sift_down(std::size_t position, const Entry& entry) {
  for (;;) {
    std::size_t child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].before(heap_[child])) ++child;
    if (!heap_[child].before(entry)) break;
    place(position, heap_[child]);
    position = child;
  }
  place(position, entry);
}

void AsioTimers::remove_at(std::size_t position) {
  const Entry last = heap_.back();
  heap_.pop_back();
  if (position == heap_.size()) return;
  const bool up = position > 0 && last.before(heap_[(position - 1) / 2]);
  up ? sift_up(position, last) : sift_down(position, last);
}

// A timer that waits for a cancelled deadline fires in vain, which costs less than moving it at
// every cancel.
void AsioTimers::wait() {
  if (heap_.empty()) return;
  const Instant target = std::min(heap_.front().deadline, clock_.now() + kLongestWait);
  if (waits_for_ <= target) return;
  waits_for_ = target;
  timer_.expires_at(clock_.at(target));
  timer_.async_wait([self = std::weak_ptr<AsioTimers*>(self_)](const Error& error) {
    const std::shared_ptr<AsioTimers*> alive = self.lock();
    if (!error && alive != nullptr) (*alive)->fire_due();
  });
}

void AsioTimers::fire_due() {
  if (severed_) return;
  waits_for_ = kEndOfTime;
  const Instant now = clock_.now();
  while (!heap_.empty() && heap_.front().deadline <= now) {
    Waiter& waiter = *heap_.front().waiter;
    forget(waiter);
    executor_.complete(waiter, Errc::ok);
  }
  wait();
}

AsioCompute::AsioCompute() : start_(thread_time()) {}
unsigned AsioCompute::cores() const { return std::max(1U, std::thread::hardware_concurrency()); }
Duration AsioCompute::busy() const { return thread_time() - start_; }

void AsioLog::write(LogLevel level, std::string_view text) {
  if (severed_ || !wants(level)) return;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm day{};
  ::gmtime_r(&now.tv_sec, &day);
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::string lines;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find('\n');
    lines +=
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z {} {} {}\n", day.tm_year + 1900,
                    day.tm_mon + 1, day.tm_mday, day.tm_hour, day.tm_min, day.tm_sec,
                    now.tv_nsec / 1'000'000, name_, name_of(level), printable(text.substr(0, end)));
    if (end != std::string_view::npos) text.remove_prefix(end + 1);
  }
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

AsioRandom::AsioRandom() {
  std::random_device device;
  const std::uint64_t high = device();
  seed_ = high << 32 | device();
}

std::uint64_t AsioRandom::draw(std::string_view purpose) {
  auto found = draws_.find(purpose);
  if (found == draws_.end()) found = draws_.emplace(std::string(purpose), 0).first;
  return DrawKey(seed_, purpose, "asio").at(found->second++);
}

}  // namespace windtunnel
