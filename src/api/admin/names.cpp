// Names for models: aliases, wildcards, fallback chains.
#include <nlohmann/json.hpp>

#include "form.hpp"
#include "omniroute/config/routing_editor.hpp"
#include "omniroute/http/url.hpp"
#include "reply.hpp"
#include "router.hpp"

namespace omniroute::api {
namespace {

/// {"wildcardAliases":[{"pattern","target"}]}
Result<std::vector<domain::Wildcard>> read_wildcards(const json::At& at) {
  const json::At list(at, "wildcardAliases");
  if (!list.value().is(json::Kind::array)) return list.error("must be a list of {pattern, target}");
  std::vector<domain::Wildcard> wildcards;
  std::size_t index = 0;
  for (auto each = list.value().begin(); each != list.value().end(); ++each, ++index) {
    const json::At entry(list, *each, index);
    Result<std::string> pattern = json::At(entry, "pattern").required_text();
    if (!pattern) return std::move(pattern).error();
    Result<std::string> target = json::At(entry, "target").required_text();
    if (!target) return std::move(target).error();
    wildcards.push_back({*std::move(pattern), *std::move(target)});
  }
  return wildcards;
}

Task<void> done(Call& call, Status saved) {
  if (!saved) co_return co_await send_error(call, std::move(saved).error());
  co_await answer_success(call);
}

}  // namespace

Task<void> list_aliases(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["aliases"] = Json::object();
  for (const domain::Alias& alias : snapshot->routing().rows().aliases) json["aliases"][alias.name] = alias.target;
  co_await answer(call, 200, std::move(json));
}

Task<void> set_alias(Services& services, Call& call) {
  Form form(call.request.body);
  const std::optional<std::string> alias = form.text("alias");
  const std::optional<std::string> model = form.text("model");
  if (!alias) form.refuse("alias", "is required");
  if (!model) form.refuse("model", "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  domain::Alias row{*alias, *model};
  config::RoutingEditor editor(editor_of(services, call));
  Status saved = co_await editor.save_alias(std::move(row));
  if (!saved) co_return co_await send_error(call, std::move(saved).error());
  co_await list_aliases(services, call);
}

Task<void> remove_alias(Services& services, Call& call) {
  config::RoutingEditor editor(editor_of(services, call));
  Status removed = co_await editor.remove_alias(http::query_value(call.request.query, "alias"));
  co_await done(call, std::move(removed));
}

Task<void> list_wildcards(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["wildcardAliases"] = Json::array();
  for (const domain::Wildcard& each : snapshot->routing().rows().wildcards) {
    Json entry;
    entry["pattern"] = each.pattern;
    entry["target"] = each.target;
    json["wildcardAliases"].push_back(std::move(entry));
  }
  co_await answer(call, 200, std::move(json));
}

Task<void> set_wildcards(Services& services, Call& call) {
  json::Document document;
  if (Status sound = document.parse(call.request.body); !sound) co_return co_await send_error(call, std::move(sound).error());
  Result<std::vector<domain::Wildcard>> wildcards = read_wildcards(json::At(document.root()));
  if (!wildcards) co_return co_await send_error(call, std::move(wildcards).error());
  config::RoutingEditor editor(editor_of(services, call));
  Status saved = co_await editor.save_wildcards(*std::move(wildcards));
  if (!saved) co_return co_await send_error(call, std::move(saved).error());
  co_await list_wildcards(services, call);
}

Task<void> list_chains(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["chains"] = Json::object();
  for (const domain::FallbackChain& chain : snapshot->routing().rows().chains)
    json["chains"][chain.model] = written([&chain](json::Writer& writer) { config::write_chain_links(chain, writer); });
  co_await answer(call, 200, std::move(json));
}

Task<void> set_chain(Services& services, Call& call) {
  Form form(call.request.body);
  const std::optional<std::string> model = form.text("model");
  if (!model) form.refuse("model", "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  const json::At root(form.root());
  Result<std::vector<domain::FallbackChain::Link>> links = config::read_chain_links(json::At(root, "chain"));
  if (!links) co_return co_await send_error(call, std::move(links).error());
  domain::FallbackChain chain{*model, *std::move(links)};
  config::RoutingEditor editor(editor_of(services, call));
  Status saved = co_await editor.save_chain(std::move(chain));
  if (!saved) co_return co_await send_error(call, std::move(saved).error());
  co_await list_chains(services, call);
}

Task<void> remove_chain(Services& services, Call& call) {
  domain::FallbackChain chain;
  chain.model = http::query_value(call.request.query, "model");
  config::RoutingEditor editor(editor_of(services, call));
  Status removed = co_await editor.save_chain(std::move(chain));
  co_await done(call, std::move(removed));
}

}  // namespace omniroute::api
