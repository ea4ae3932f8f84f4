#include <windtunnel/protocols/rpc/grpc/head.h>

#include <windtunnel/protocols/rpc/timeout.h>

#include <array>
#include <charconv>

namespace windtunnel::rpc {
namespace {

constexpr std::size_t kFieldOverhead = 32;  // RFC 9113 6.5.2

bool is_grpc(std::string_view content_type) {
  constexpr std::string_view kType = "application/grpc";
  if (!content_type.starts_with(kType)) return false;
  content_type.remove_prefix(kType.size());
  return content_type.empty() || content_type.front() == '+' || content_type.front() == ';';
}

unsigned parse_http_status(std::string_view digits) {
  unsigned status = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), status);
  return status;
}

constexpr std::array<std::string_view, 17> kStatusDigits = {
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"};

std::uint8_t* raw(std::string_view text) {
  // nghttp2 takes what it does not change without const.
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

}  // namespace

void Head::take(std::string_view name, std::string_view value, std::size_t most_bytes) {
  bytes += name.size() + value.size() + kFieldOverhead;
  if (bytes > most_bytes) return;
  if (name.starts_with(':')) {
    if (name == ":path") path = value;
    if (name == ":method") is_post = value == "POST";
    if (name == ":status") http_status = parse_http_status(value);
  } else if (name == "content-type") {
    content_type = is_grpc(value) ? ContentType::grpc : ContentType::other;
  } else if (name == "grpc-timeout") {
    timeout = parse_timeout(value);
    malformed = malformed || !timeout;
  } else if (name == "grpc-encoding") {
    encoding = value;
  } else if (name == "grpc-status") {
    status = parse_status_code(value);
  } else if (name == "grpc-message") {
    message = percent_decoded(value);
  } else if (name != "te" && name != "grpc-accept-encoding") {
    if (!add_from_wire(metadata, name, value)) malformed = true;
  }
}

void Head::clear() {
  path.clear();
  is_post = false;
  http_status = 0;
  content_type = ContentType::none;
  timeout.reset();
  encoding.clear();
  status.reset();
  message.clear();
  malformed = false;
  bytes = 0;
  metadata.clear();
}

void Fields::clear() {
  fields_.clear();
  scratch_.clear();
}

void Fields::add_literal(std::string_view name, std::string_view value) {
  constexpr std::uint8_t kFlags = NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE;
  fields_.push_back({name, value, kFlags});
}

void Fields::add(std::string_view name, std::string_view value) {
  fields_.push_back({name, value, NGHTTP2_NV_FLAG_NONE});
}

void Fields::add_unique(std::string_view name, std::string_view value) {
  fields_.push_back({name, value, NGHTTP2_NV_FLAG_NO_INDEX});
}

void Fields::add(const Metadata& metadata) {
  for (std::size_t i = 0; i < metadata.size(); ++i) {
    const Metadata::Entry entry = metadata[i];
    if (!may_travel(entry)) continue;
    if (!is_binary_name(entry.name)) {
      add(entry.name, entry.value);
      continue;
    }
    const std::size_t begin = scratch_.size();
    append_base64(scratch_, entry.value);
    fields_.push_back({entry.name, {}, NGHTTP2_NV_FLAG_NONE, true, begin, scratch_.size()});
  }
}

void Fields::add(const Status& status) {
  add_literal("grpc-status", kStatusDigits[static_cast<std::size_t>(status.code)]);
  if (status.message.empty()) return;
  const std::size_t begin = scratch_.size();
  append_percent_encoded(scratch_, status.message);
  fields_.push_back({"grpc-message", {}, NGHTTP2_NV_FLAG_NONE, true, begin, scratch_.size()});
}

const std::vector<nghttp2_nv>& Fields::view() {
  view_.clear();
  for (Field& field : fields_) {
    if (field.is_encoded) {
      field.value = std::string_view(scratch_).substr(field.begin, field.end - field.begin);
    }
    view_.push_back(
        {raw(field.name), raw(field.value), field.name.size(), field.value.size(), field.flags});
  }
  return view_;
}

}  // namespace windtunnel::rpc
