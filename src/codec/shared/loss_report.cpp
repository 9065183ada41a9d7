#include "omniroute/codec/loss_report.hpp"

#include <algorithm>

#include "omniroute/json/writer.hpp"

namespace omniroute::codec {

std::string losses_json(const Losses& losses) {
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const Loss& loss : losses) {
    writer.begin_object().key("field").string(loss.field);
    writer.key("how").string(loss.how == Loss::How::dropped ? "dropped" : "nearest");
    writer.key("why").string(loss.why).end_object();
  }
  writer.end_array();
  return out;
}

std::string dropped_fields(const Losses& losses) {
  std::string fields;
  for (const Loss& loss : losses) {
    if (loss.how != Loss::How::dropped) continue;
    if (!fields.empty()) fields += ", ";
    for (const char c : loss.field) fields.push_back(c > 0x20 && c < 0x7f ? c : '?');
  }
  return fields;
}

Status nothing_dropped(const Losses& losses) {
  const auto first = std::find_if(losses.begin(), losses.end(), [](const Loss& loss) { return loss.how == Loss::How::dropped; });
  if (first == losses.end()) return {};
  return Error(ErrorKind::unsupported,
               dropped_fields(losses) + ": " + first->why + ". The request says x-omniroute-strict, so nothing may be left out.",
               first->field);
}

}  // namespace omniroute::codec
