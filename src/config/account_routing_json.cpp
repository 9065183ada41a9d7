#include <algorithm>
#include <array>

#include "omniroute/config/routing_rows.hpp"

namespace omniroute::config {
namespace {

using json::At;
using json::Kind;
using json::Writer;

Result<std::int64_t> number(const At& at, std::string_view key, std::int64_t least, std::int64_t most, std::int64_t fallback) {
  const At member(at, key);
  const Result<std::optional<std::int64_t>> value = member.integer();
  if (!value) return value.error();
  if (!*value) return fallback;
  if (**value < least || **value > most) return member.error("must be from " + std::to_string(least) + " to " + std::to_string(most));
  return **value;
}

Result<domain::WindowRule> read_window(const At& at) {
  domain::WindowRule rule;
  Result<std::string> name = At(at, "name").required_text();
  if (!name) return name.error();
  if (name->empty() || name->find(' ') != std::string::npos) return At(at, "name").error("must be one word");
  rule.name = *std::move(name);
  Result<std::string> kind = At(at, "kind").required_text();
  if (!kind) return kind.error();
  const auto known_kind = domain::parse_window_kind(*kind);
  if (!known_kind) return At(at, "kind").error("must be one of session, rolling, daily, weekly, monthly, once");
  rule.kind = *known_kind;
  const Result<std::optional<std::string>> unit = At(at, "unit").text();
  if (!unit) return unit.error();
  const auto known_unit = domain::parse_window_unit(unit->value_or("requests"));
  if (!known_unit) return At(at, "unit").error("must be requests or tokens");
  rule.unit = *known_unit;
  const bool timed = rule.kind == domain::WindowKind::session || rule.kind == domain::WindowKind::rolling;
  constexpr std::int64_t a_year = 366 * 24 * 60;
  const Result<std::int64_t> minutes = number(at, "minutes", timed ? 1 : 0, a_year, timed ? 300 : 0);
  const Result<std::int64_t> hour = number(at, "hour", 0, 23, 0);
  const Result<std::int64_t> day = number(at, "day", 1, 28, 1);
  const Result<std::int64_t> zone = number(at, "zoneMinutes", -14 * 60, 14 * 60, 0);
  const Result<std::int64_t> limit = number(at, "limit", 0, INT64_MAX, 0);
  for (const Result<std::int64_t>* each : {&minutes, &hour, &day, &zone, &limit})
    if (!*each) return each->error();
  rule.length = std::chrono::minutes(*minutes);
  rule.hour = static_cast<int>(*hour);
  rule.day = static_cast<int>(*day);
  rule.zone = std::chrono::minutes(*zone);
  if (*limit > 0) rule.limit = *limit;
  const Result<std::optional<std::string>> model = At(at, "model").text();
  if (!model) return model.error();
  rule.model = model->value_or("");
  if (rule.model.find(' ') != std::string::npos) return At(at, "model").error("may not have blanks");
  return rule;
}

void write_window(const domain::WindowRule& rule, Writer& writer) {
  writer.begin_object().key("name").string(rule.name).key("kind").string(domain::to_string(rule.kind));
  writer.key("unit").string(domain::to_string(rule.unit));
  if (rule.length.count() > 0) writer.key("minutes").integer(rule.length.count());
  if (rule.hour != 0) writer.key("hour").integer(rule.hour);
  if (rule.day != 1) writer.key("day").integer(rule.day);
  if (rule.zone.count() != 0) writer.key("zoneMinutes").integer(rule.zone.count());
  if (rule.limit) writer.key("limit").integer(*rule.limit);
  if (!rule.model.empty()) writer.key("model").string(rule.model);
  writer.end_object();
}

}  // namespace

Result<AccountRouting> read_account_routing(const At& at) {
  AccountRouting routing;
  if (!at.value().is(Kind::object)) return at.error("must be an object");
  constexpr std::array<std::string_view, 4> known{"maxConcurrent", "weight", "rateLimitProtection", "quotaWindows"};
  for (auto member = at.value().begin(); member != at.value().end(); ++member)
    if (std::find(known.begin(), known.end(), member.key()) == known.end())
      return At(at, *member, member.key()).error("is not a member that is known here");
  const Result<std::int64_t> concurrency = number(at, "maxConcurrent", 0, 10'000, 0);
  if (!concurrency) return concurrency.error();
  routing.max_concurrency = static_cast<int>(*concurrency);
  const Result<std::int64_t> weight = number(at, "weight", 0, 100, 0);
  if (!weight) return weight.error();
  routing.weight = static_cast<int>(*weight);
  const Result<std::optional<bool>> protection = At(at, "rateLimitProtection").boolean();
  if (!protection) return protection.error();
  routing.rate_limit_protection = *protection;
  const At windows(at, "quotaWindows");
  if (auto wrong = windows.wrong(Kind::array)) return *wrong;
  std::size_t index = 0;
  for (auto each = windows.value().begin(); !windows.absent() && each != windows.value().end(); ++each, ++index) {
    Result<domain::WindowRule> rule = read_window(At(windows, *each, index));
    if (!rule) return rule.error();
    routing.windows.push_back(*std::move(rule));
  }
  return routing;
}

void write_account_routing(const AccountRouting& routing, Writer& writer) {
  writer.begin_object().key("maxConcurrent").integer(routing.max_concurrency).key("weight").integer(routing.weight);
  if (routing.rate_limit_protection) writer.key("rateLimitProtection").boolean(*routing.rate_limit_protection);
  writer.key("quotaWindows").begin_array();
  for (const domain::WindowRule& rule : routing.windows) write_window(rule, writer);
  writer.end_array().end_object();
}

}  // namespace omniroute::config
