#include <windtunnel/protocols/env/streams.h>

namespace windtunnel {
namespace {

bool would_block(const Error& error) { return error == Errc::would_block; }

}  // namespace

bool ReadSome::attempt() {
  result_ = source().read(into_);
  return result_.has_value() || !would_block(result_.error());
}

bool ReadExactly::attempt() {
  while (!rest_.empty()) {
    const Result<std::size_t> got = source().read(rest_);
    if (!got && would_block(got.error())) return false;
    if (!got) result_ = got.error();
    if (got && *got == 0) result_ = make_error_code(Errc::closed);
    if (!result_) return true;
    rest_ = rest_.subspan(*got);
  }
  return true;
}

bool WriteAll::attempt() {
  while (!rest_.empty()) {
    const Result<std::size_t> taken = source().write(rest_);
    if (!taken && would_block(taken.error())) return false;
    if (!taken) result_ = taken.error();
    if (!taken) return true;
    rest_ = rest_.subspan(*taken);
  }
  return true;
}

bool AcceptStream::attempt() {
  result_ = source().accept();
  return result_.has_value() || !would_block(result_.error());
}

}  // namespace windtunnel
