#include <windtunnel/protocols/base/result.h>

#include <string>

namespace windtunnel {
namespace {

constexpr std::string_view kNames[] = {
    "ok",         "timed-out",        "cancelled",   "refused",        "reset",
    "closed",     "would-block",      "unreachable", "address-in-use", "message-too-large",
    "not-found",  "already-exists",   "io-error",    "no-space",       "corrupt",
    "not-leader", "invalid-argument", "overloaded",  "unsupported",
};
static_assert(std::size(kNames) == static_cast<std::size_t>(Errc::unsupported) + 1);

class Category final : public boost::system::error_category {
 public:
  // The id makes equality independent of the address of the object.
  constexpr Category() : boost::system::error_category(0x77696e6474756e65ULL) {}
  const char* name() const noexcept override { return "windtunnel"; }
  std::string message(int code) const override {
    return std::string(name_of(static_cast<Errc>(code)));
  }
};

constexpr Category kCategory;

}  // namespace

const boost::system::error_category& error_category() noexcept { return kCategory; }

std::string_view name_of(Errc code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return index < std::size(kNames) ? kNames[index] : std::string_view("unknown");
}

}  // namespace windtunnel
