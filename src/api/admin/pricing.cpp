#include <limits>
#include <nlohmann/json.hpp>

#include "form.hpp"
#include "handlers.hpp"
#include "omniroute/store/money_tables.hpp"
#include "present.hpp"
#include "query.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

Json price_json(const domain::TokenPrice& price) {
  Json json;
  json["input"] = price.input;
  json["output"] = price.output;
  json["cached"] = price.cache_read;
  json["cacheCreation"] = price.cache_write;
  json["reasoning"] = price.reasoning;
  return json;
}

domain::TokenPrice price_of(const catalog::Price& price) {
  return {price.input, price.output, price.cache_read, price.cache_write, price.reasoning};
}

/// provider id -> model -> price, source and version.
Json catalog_json(const Services& services) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json providers = Json::object();
  for (const catalog::Provider& provider : snapshot->catalog().providers()) {
    for (const catalog::Model& model : provider.models) {
      if (!model.price) continue;
      Json json = price_json(price_of(*model.price));
      json["source"] = "catalog";
      json["version"] = snapshot->catalog().as_of();
      providers[provider.id][model.id] = std::move(json);
    }
  }
  return providers;
}

Task<void> answer_prices(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["asOf"] = snapshot->catalog().as_of();
  json["unit"] = "US dollars per million tokens";
  json["prices"] = catalog_json(services);
  for (const domain::OwnPrice& own : snapshot->own_prices()) {
    if (!own.price) continue;
    Json entry = price_json(*own.price);
    entry["source"] = "own";
    entry["version"] = "own-" + std::to_string(own.id);
    entry["setAt"] = time_json(own.created_ms);
    json["prices"][own.provider][own.model] = std::move(entry);
  }
  co_await answer(call, 200, std::move(json));
}

/// One class of a price; absent = `fallback`.
double class_of(Form& form, std::string_view name, double fallback) {
  const json::Value value = form.root().find(name);
  if (value.absent()) return fallback;
  double number = 0;
  if (!value.number(number)) form.refuse(name, "must be US dollars per million tokens");
  return number;
}

}  // namespace

Task<void> show_prices(Services& services, Call& call) { return answer_prices(services, call); }

Task<void> show_default_prices(Services& services, Call& call) {
  Json json;
  json["asOf"] = services.publisher.current()->catalog().as_of();
  json["prices"] = catalog_json(services);
  co_await answer(call, 200, std::move(json));
}

Task<void> show_price_history(Services& services, Call& call) {
  using Rows = std::vector<domain::OwnPrice>;
  store::Database::Work<Rows> work = [](store::Transaction& transaction) { return store::Prices(transaction).history(); };
  Result<Rows> rows = co_await services.database.read(std::move(work));
  if (!rows) co_return co_await send_error(call, std::move(rows).error());
  Json json;
  json["items"] = Json::array();
  for (const domain::OwnPrice& row : *rows) {
    Json entry;
    entry["version"] = "own-" + std::to_string(row.id);
    entry["provider"] = row.provider;
    entry["model"] = row.model;
    entry["price"] = row.price ? price_json(*row.price) : Json(nullptr);
    entry["setAt"] = time_json(row.created_ms);
    json["items"].push_back(std::move(entry));
  }
  co_await answer(call, 200, std::move(json));
}

Task<void> change_prices(Services& services, Call& call) {
  Form form(call.request.body);
  const std::optional<std::string> provider = form.text("provider");
  const std::optional<std::string> model = form.text("model");
  if (!provider) form.refuse("provider", "is required");
  if (!model) form.refuse("model", "is required");
  for (const std::string_view name : {"input", "output"})
    if (form.root().find(name).absent()) form.refuse(name, "is required");
  domain::TokenPrice price;
  price.input = class_of(form, "input", 0);
  price.output = class_of(form, "output", 0);
  // Who names no price for these charges them as what they are part of.
  price.cache_read = class_of(form, "cached", price.input);
  price.cache_write = class_of(form, "cacheCreation", price.input);
  price.reasoning = class_of(form, "reasoning", price.output);
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Status changed = co_await editor_of(services, call).set_price(*provider, *model, price);
  if (!changed) co_return co_await send_error(call, std::move(changed).error());
  co_await answer_prices(services, call);
}

Task<void> reset_prices(Services& services, Call& call) {
  const Query query(call.request.query);
  Status reset = co_await editor_of(services, call).reset_prices(query.text("provider"), query.text("model"));
  if (!reset) co_return co_await send_error(call, std::move(reset).error());
  co_await answer_prices(services, call);
}

}  // namespace omniroute::api
