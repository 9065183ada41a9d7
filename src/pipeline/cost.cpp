#include "cost.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "omniroute/json/document.hpp"

namespace omniroute::pipeline {
namespace {

constexpr double nano_per_dollar = 1e9;
constexpr double tokens_per_price = 1e6;
/// Of code and of most languages; an estimate should rather be above than below.
constexpr std::int64_t bytes_a_token = 3;
constexpr std::int64_t usual_output = 4096;

std::int64_t nano_of(double price, std::int64_t tokens) {
  return std::llround(price * static_cast<double>(std::max<std::int64_t>(0, tokens)) * (nano_per_dollar / tokens_per_price));
}

std::int64_t number_of(std::string_view raw) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(raw.data(), raw.data() + raw.size(), number);
  return failure == std::errc() && end == raw.data() + raw.size() && number > 0 ? number : 0;
}

/// Whether anything is limited that this request could use up; only then is its body looked at.
bool is_limited(const Exchange& x, const domain::ApiKey* key) {
  if (!x.config->budgets().empty()) return true;
  return key != nullptr && (key->tokens_per_minute > 0 || key->daily_budget_nano > 0 || key->monthly_budget_nano > 0);
}

access::Estimate estimate(const Exchange& x, const routing::Target& target) {
  const auto input = static_cast<std::int64_t>(x.request.body.size()) / bytes_a_token + 1;
  std::int64_t output = asked_output(x.request.body);
  if (output == 0) {
    const catalog::Model* model = target.provider->model(target.model);
    output = model != nullptr ? std::min(model->max_output.value_or(usual_output), usual_output) : usual_output;
  }
  access::Estimate estimate;
  estimate.tokens = input + output;
  if (const auto price = x.config->price(target.provider->id, target.model))
    estimate.nano = nano_of(price->price.input, input) + nano_of(std::max(price->price.output, price->price.reasoning), output);
  return estimate;
}

void add_limit_headers(Exchange& x) {
  if (x.booking.request_limit == 0) return;
  const bool anthropic = x.format == domain::Format::anthropic;
  const std::string prefix = anthropic ? "anthropic-ratelimit-requests-" : "x-ratelimit-";
  const std::string suffix = anthropic ? "" : "-requests";
  x.reply_headers.push_back({prefix + "limit" + suffix, std::to_string(x.booking.request_limit)});
  x.reply_headers.push_back({prefix + "remaining" + suffix, std::to_string(x.booking.requests_left)});
}

}  // namespace

std::int64_t asked_output(std::string_view body) {
  std::array<json::Member, 4> members{json::Member{"max_tokens"}, json::Member{"max_completion_tokens"}, json::Member{"max_output_tokens"},
                                      json::Member{"generationConfig"}};
  if (!json::scan(body, members)) return 0;
  std::int64_t most = 0;
  for (const json::Member& member : members) most = std::max(most, number_of(member.value));
  if (members[3].value.starts_with('{')) {
    std::array<json::Member, 1> inside{json::Member{"maxOutputTokens"}};
    if (json::scan(members[3].value, inside)) most = std::max(most, number_of(inside[0].value));
  }
  return most;
}

std::optional<std::int64_t> cost_of(const domain::TokenPrice& price, const domain::Tokens& tokens) noexcept {
  if (!tokens.input && !tokens.output) return std::nullopt;
  const std::int64_t input = tokens.input.value_or(0);
  const std::int64_t output = tokens.output.value_or(0);
  const std::int64_t read = std::min(tokens.cache_read.value_or(0), input);
  const std::int64_t written = std::min(tokens.cache_write.value_or(0), input - read);
  const std::int64_t reasoning = std::min(tokens.reasoning.value_or(0), output);
  const double dollars_a_million = price.input * static_cast<double>(input - read - written) +
                                   price.cache_read * static_cast<double>(read) + price.cache_write * static_cast<double>(written) +
                                   price.output * static_cast<double>(output - reasoning) +
                                   price.reasoning * static_cast<double>(reasoning);
  return std::llround(dollars_a_million * (nano_per_dollar / tokens_per_price));
}

Status book(Exchange& x, access::Spending& spending) {
  if (x.operation == Operation::count_tokens || x.plan.empty()) return {};
  const domain::ApiKey* key = x.config->key_by_id(x.caller.key_id);
  const std::int64_t tokens = is_limited(x, key) ? estimate(x, x.plan.first()).tokens : 0;
  Result<access::Booking> booked = spending.book(*x.config, key, tokens);
  if (!booked) return std::move(booked).error();
  x.booking = *std::move(booked);
  add_limit_headers(x);
  return {};
}

Result<access::Reservation> reserve(const Exchange& x, access::Spending& spending, const routing::Target& target) {
  const domain::ApiKey* key = x.config->key_by_id(x.caller.key_id);
  if (!is_limited(x, key)) return access::Reservation();
  Result<access::Reservation> held = spending.reserve(*x.config, key, target.provider->id, estimate(x, target).nano);
  if (held) return held;
  Error error = std::move(held).error();
  error.origin = Origin::gateway;
  return error;
}

std::optional<routing::Overdraft> BudgetPurse::overdraft(std::string_view provider) const {
  const std::optional<access::Overdraft> over = spending_.overdraft(config_, provider);
  if (!over) return std::nullopt;
  return routing::Overdraft{over->spent, over->limit};
}

void settle_beaten(Exchange& x, access::Spending& spending, Beaten& beaten, domain::UsageRow& row) {
  if (const auto price = x.config->price(row.provider, row.upstream_model)) {
    row.cost_nano = cost_of(price->price, row.tokens);
    row.price_version = price->version;
  }
  access::Booking booking = x.booking;
  booking.tokens = 0;  // what was booked is settled with the one that answered
  access::Estimate actual;
  actual.tokens = row.tokens.input.value_or(0) + row.tokens.output.value_or(0);
  actual.nano = row.cost_nano.value_or(0);
  spending.settle(booking, beaten.reservation, *x.config, row.provider, actual);
}

void settle(Exchange& x, access::Spending& spending, domain::UsageRow& row) {
  const domain::Tokens& tokens = row.tokens;
  std::optional<config::Price> price;
  if (!row.provider.empty()) price = x.config->price(row.provider, row.upstream_model);
  if (x.operation == Operation::count_tokens || (x.outcome.error && !tokens.input && !tokens.output)) {
    row.cost_nano = 0;  // counting is free, and so is what brought no answer
  } else if (price) {
    row.cost_nano = cost_of(price->price, tokens);
    row.price_version = price->version;
  }
  access::Estimate actual;
  actual.tokens = tokens.input.value_or(0) + tokens.output.value_or(0);
  actual.nano = row.cost_nano.value_or(0);
  actual.unpriced = !row.cost_nano;
  spending.settle(x.booking, x.reservation, *x.config, row.provider, actual);
}

}  // namespace omniroute::pipeline
