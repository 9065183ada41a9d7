#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "otlp_meters.hpp"
#include "otlp_story.hpp"

namespace omniroute::services::otlp {
namespace {

using Json = nlohmann::json;
using std::chrono::microseconds;

constexpr std::string_view parent_text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

config::Settings settings_with(std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  config::Settings settings;
  for (const auto& [key, value] : values) EXPECT_TRUE(config::set_from_text(settings, key, value)) << key;
  return settings;
}

pipeline::RequestStory story() {
  pipeline::RequestStory story;
  story.row.request_id = "r1";
  story.row.endpoint = "/v1/chat/completions";
  story.row.model_asked = "oc/m";
  story.row.provider = "claude";
  story.row.upstream_model = "m";
  story.row.status = 200;
  story.row.streamed = true;
  story.row.tokens.input = 11;
  story.row.tokens.output = 7;
  story.row.attempts = 2;
  story.operation = "chat";
  story.began = WallTime(std::chrono::seconds(1'800'000'000));
  story.took = microseconds(900'000);
  story.first_token = microseconds(300'000);
  story.own = microseconds(80);
  pipeline::AttemptStory failed;
  failed.provider = "openai";
  failed.model = "m0";
  failed.host = "api.example";
  failed.port = 443;
  failed.began = microseconds(100);
  failed.took = microseconds(50'000);
  failed.status = 500;
  failed.error_kind = "server_error";
  pipeline::AttemptStory fine;
  fine.provider = "claude";
  fine.model = "m";
  fine.began = microseconds(50'200);
  fine.took = microseconds(849'000);
  fine.first_content = microseconds(249'800);
  fine.ok = true;
  fine.status = 200;
  story.attempts = {failed, fine};
  return story;
}

TEST(Traceparent, IsReadAsTheStandardSays) {
  const std::optional<Parent> parent = read_traceparent(parent_text);
  ASSERT_TRUE(parent);
  EXPECT_TRUE(parent->sampled);
  EXPECT_EQ(parent->trace[0], 0x4b);
  EXPECT_EQ(parent->span[7], 0xb7);
  EXPECT_FALSE(read_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")->sampled);
  EXPECT_TRUE(read_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later"));
  for (const char* wrong :
       {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more"})
    EXPECT_FALSE(read_traceparent(wrong)) << wrong;
}

TEST(Sampling, ObeysItsSetting) {
  const std::optional<Parent> yes = read_traceparent(parent_text);
  std::optional<Parent> no = yes;
  no->sampled = false;
  TraceId low{};
  TraceId high{};
  high.fill(0xff);
  struct Case {
    std::string_view sampler;
    bool alone_low, alone_high, under_yes, under_no;
  };
  for (const Case& each :
       {Case{"always_on", true, true, true, true}, Case{"always_off", false, false, false, false},
        Case{"traceidratio", true, false, true, true}, Case{"parentbased_always_on", true, true, true, false},
        Case{"parentbased_always_off", false, false, true, false}, Case{"parentbased_traceidratio", true, false, true, false}}) {
    const config::Settings settings = settings_with({{"otlp_sampler", each.sampler}, {"otlp_sampler_arg", "0.5"}});
    EXPECT_EQ(sampled(settings, std::nullopt, low), each.alone_low) << each.sampler;
    EXPECT_EQ(sampled(settings, std::nullopt, high), each.alone_high) << each.sampler;
    EXPECT_EQ(sampled(settings, yes, low), each.under_yes) << each.sampler;
    EXPECT_EQ(sampled(settings, no, low), each.under_no) << each.sampler;
  }
  EXPECT_FALSE(sampled(settings_with({{"otlp_sampler", "traceidratio"}, {"otlp_sampler_arg", "0"}}), std::nullopt, low));
  EXPECT_TRUE(sampled(settings_with({{"otlp_sampler", "traceidratio"}}), std::nullopt, high));
}

TEST(Spans, AreOneForTheRequestAndOneForEachAttempt) {
  pipeline::RequestStory told = story();
  told.traceparent = parent_text;
  told.tracestate = "vendor=1";
  const std::vector<Span> spans = spans_of(told, config::Settings());
  ASSERT_EQ(spans.size(), 3U);
  EXPECT_EQ(spans[0].trace, read_traceparent(parent_text)->trace);
  EXPECT_EQ(spans[0].parent, read_traceparent(parent_text)->span);
  EXPECT_EQ(spans[0].state, "vendor=1");
  EXPECT_EQ(spans[0].name, "chat oc/m");
  EXPECT_EQ(spans[0].end_ns - spans[0].start_ns, 900'000'000U);
  for (const Span* attempt : {&spans[1], &spans[2]}) {
    EXPECT_EQ(attempt->trace, spans[0].trace);
    EXPECT_EQ(attempt->parent, spans[0].id);
    EXPECT_GE(attempt->start_ns, spans[0].start_ns);
    EXPECT_LE(attempt->end_ns, spans[0].end_ns);
  }
  EXPECT_TRUE(spans[1].failed);
  EXPECT_FALSE(spans[2].failed);
  EXPECT_NE(spans[1].id, spans[2].id);
  told.traceparent = "nonsense";
  const std::vector<Span> alone = spans_of(told, config::Settings());
  EXPECT_FALSE(alone[0].parent);
  EXPECT_TRUE(alone[0].state.empty());
  EXPECT_NE(alone[0].trace, spans[0].trace);
}

TEST(Spans, GoOutInOtlpsJson) {
  const std::vector<Span> spans = spans_of(story(), config::Settings());
  const Resource resource =
      resource_of(settings_with({{"otlp_resource_attributes", "deployment.environment=test%20bed,service.name=other"}}), "1.2");
  const Json json = Json::parse(traces_json(resource, spans));
  const Json& whole = json["resourceSpans"][0];
  std::map<std::string, std::string> who;
  for (const Json& pair : whole["resource"]["attributes"]) who[pair["key"]] = pair["value"]["stringValue"];
  EXPECT_EQ(who["service.name"], "other");
  EXPECT_EQ(who["deployment.environment"], "test bed");
  const Json& first = whole["scopeSpans"][0]["spans"][0];
  EXPECT_EQ(first["traceId"].get<std::string>().size(), 32U);
  EXPECT_EQ(first["startTimeUnixNano"], "1800000000000000000");
  EXPECT_EQ(first["kind"], 2);
  EXPECT_EQ(whole["scopeSpans"][0]["spans"][1]["status"]["code"], 2);
}

TEST(OtlpMeters, CountWhatTheConventionsName) {
  Meters meters;
  EXPECT_TRUE(meters.empty());
  meters.take(story());
  std::map<std::string_view, std::size_t> points;
  for (const Metric& metric : meters.read()) {
    points[metric.name] = metric.points.size();
    for (const Point& point : metric.points) {
      EXPECT_EQ(point.counts.size(), metric.bounds.size() + 1);
      EXPECT_EQ(std::accumulate(point.counts.begin(), point.counts.end(), std::uint64_t{0}), point.count);
      EXPECT_LE(point.least, point.most);
    }
  }
  const std::map<std::string_view, std::size_t> expected{
      {"gen_ai.server.request.duration", 1},   {"gen_ai.server.time_to_first_token", 1},
      {"gen_ai.client.operation.duration", 2}, {"gen_ai.client.operation.time_to_first_chunk", 1},
      {"gen_ai.client.token.usage", 2},        {"omniroute.overhead", 1}};
  EXPECT_EQ(points, expected);
}

TEST(OtlpMeters, HaveNoMoreSeriesThanTheirBound) {
  Meters meters;
  pipeline::RequestStory told = story();
  told.attempts.clear();
  for (int i = 0; i < 1000; ++i) {
    told.row.upstream_model = "model-" + std::to_string(i);
    meters.take(told);
  }
  for (const Metric& metric : meters.read()) {
    EXPECT_LE(metric.points.size(), Meters::most_series + 1) << metric.name;
    std::uint64_t count = 0;
    for (const Point& point : metric.points) count += point.count;
    EXPECT_EQ(count, metric.name == "gen_ai.client.token.usage" ? 2000U : 1000U);
  }
}

}  // namespace
}  // namespace omniroute::services::otlp
