#include <windtunnel/protocols/host/application.h>

#include <algorithm>
#include <utility>

namespace windtunnel {
namespace {

class WholeStateSource final : public SnapshotSource {
 public:
  explicit WholeStateSource(Bytes state) : state_(std::move(state)) {}
  Task<Result<Bytes>> next(Env&, std::size_t limit) override {
    const BytesView rest = BytesView(state_).subspan(at_);
    const BytesView piece = rest.first(std::min(limit, rest.size()));
    at_ += piece.size();
    co_return Result<Bytes>(Bytes(piece.begin(), piece.end()));
  }

 private:
  Bytes state_;
  std::size_t at_ = 0;
};

}  // namespace

class WholeStateSink final : public SnapshotSink {
 public:
  WholeStateSink(WholeStateApplication& owner, raft::LogIndex index)
      : owner_(owner), index_(index) {}
  Task<Result<void>> write(Env&, BytesView piece) override {
    state_.insert(state_.end(), piece.begin(), piece.end());
    co_return Result<void>();
  }
  Result<void> finish() override { return owner_.decode_state(index_, state_); }

 private:
  WholeStateApplication& owner_;
  raft::LogIndex index_;
  Bytes state_;
};

std::unique_ptr<SnapshotSource> WholeStateApplication::save() const {
  Bytes state;
  encode_state(state);
  return std::make_unique<WholeStateSource>(std::move(state));
}

std::unique_ptr<SnapshotSink> WholeStateApplication::restore(raft::LogIndex index) {
  return std::make_unique<WholeStateSink>(*this, index);
}

}  // namespace windtunnel
