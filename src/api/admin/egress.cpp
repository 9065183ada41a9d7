// Connections that the gateway opened, or tried to open, to others: the newest, with what the address rules said.
#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/net/egress_log.hpp"
#include "present.hpp"
#include "query.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

using net::EgressEntry;
using Names = std::map<std::pair<std::string, std::uint16_t>, const catalog::Provider*>;

constexpr std::int64_t usual_page = 300;

/// Whose addresses are whose: of two providers at one address the first.
Names names_of(const config::Snapshot& snapshot) {
  Names names;
  for (const catalog::Provider* provider : snapshot.providers()) {
    const std::string& address = provider->chat_url;
    const Result<http::Url> url = http::Url::parse(address.substr(0, address.find('/', address.find("://") + 3)));
    if (url) names.try_emplace({url->host, url->port}, provider);
  }
  return names;
}

struct Filter {
  std::string status;
  std::string type;
  std::string provider;
  std::string search;

  [[nodiscard]] bool takes(const EgressEntry& entry, const catalog::Provider* of) const {
    const bool fine = entry.state == EgressEntry::State::open || entry.state == EgressEntry::State::closed;
    if (status == "ok" && !fine) return false;
    if (status == "error" && fine) return false;
    if (!status.empty() && status != "ok" && status != "error" && status != net::to_string(entry.state)) return false;
    if (!type.empty() && type != type_of(entry)) return false;
    if (!provider.empty() && (of == nullptr || (provider != of->id && provider != of->alias))) return false;
    const auto has = [this](const std::string& text) { return text.find(search) != std::string::npos; };
    return search.empty() || has(entry.host) || has(entry.address) || has(entry.reason) || has(entry.proxy);
  }
  static std::string type_of(const EgressEntry& entry) {
    return entry.proxy.empty() ? "direct" : entry.proxy.substr(0, entry.proxy.find(':'));
  }
};

Json entry_json(const EgressEntry& entry, const catalog::Provider* of) {
  const bool refused = entry.state == EgressEntry::State::refused;
  Json json;
  json["id"] = entry.id;
  json["time"] = time_json(std::chrono::duration_cast<std::chrono::milliseconds>(entry.time.time_since_epoch()).count());
  json["host"] = entry.host;
  json["port"] = entry.port;
  json["tls"] = entry.tls;
  json["address"] = text_json(entry.address);
  json["type"] = Filter::type_of(entry);
  json["proxy"] = text_json(entry.proxy);
  json["provider"] = of != nullptr ? Json(of->id) : Json(nullptr);
  json["providerName"] = of != nullptr ? Json(of->name) : Json(nullptr);
  json["verdict"] = refused ? "refused" : "allowed";
  json["state"] = net::to_string(entry.state);
  json["reason"] = text_json(entry.reason);
  json["connectMs"] = entry.connect.count();
  json["lastedMs"] = entry.lasted ? Json(entry.lasted->count()) : Json(nullptr);
  const bool counted = entry.lasted.has_value();
  json["sentBytes"] = counted ? Json(entry.sent) : Json(nullptr);
  json["receivedBytes"] = counted ? Json(entry.received) : Json(nullptr);
  return json;
}

}  // namespace

Task<void> show_egress(Services& services, Call& call) {
  Query query(call.request.query);
  const Filter filter{query.text("status"), query.text("type"), query.text("provider"), query.text("search")};
  const std::int64_t limit = query.number("limit", 1, static_cast<std::int64_t>(net::EgressLog::kept)).value_or(usual_page);
  const bool known = filter.status.empty() || filter.status == "ok" || filter.status == "error" || net::parse_egress_state(filter.status);
  if (!known) query.refuse("status", "must be one of ok, error, refused, failed, open and closed");
  if (!query.check()) co_return co_await send_error(call, query.check().error());
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const Names names = names_of(*snapshot);
  Json json;
  json["entries"] = Json::array();
  for (const EgressEntry& entry : services.egress.read()) {
    const auto found = names.find({entry.host, entry.port});
    const catalog::Provider* const of = found == names.end() ? nullptr : found->second;
    if (filter.takes(entry, of)) json["entries"].push_back(entry_json(entry, of));
    if (json["entries"].size() >= static_cast<std::size_t>(limit)) break;
  }
  const net::EgressLog::Counts counts = services.egress.counts();
  json["sinceStart"] = {{"tries", counts.tries}, {"refused", counts.refused}, {"failed", counts.failed}};
  co_await answer(call, 200, std::move(json));
}

Task<void> clear_egress(Services& services, Call& call) {
  services.egress.clear();
  Json json{{"cleared", true}};
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
