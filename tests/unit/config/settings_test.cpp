#include "omniroute/config/settings.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace omniroute::config {
namespace {

using namespace std::chrono_literals;
using Values = std::map<std::string, std::string, std::less<>>;

TEST(SettingTable, EachRowIsWholeAndItsDefaultIsOneOfItsValues) {
  std::set<std::string_view> keys;
  std::set<std::string_view> variables;
  for (const SettingInfo& info : setting_table()) {
    EXPECT_TRUE(keys.insert(info.key).second) << info.key;
    EXPECT_TRUE(variables.insert(info.environment).second) << info.key;
    EXPECT_FALSE(info.help.empty()) << info.key;
    EXPECT_TRUE(info.help.ends_with('.')) << info.key;
    EXPECT_FALSE(info.environment.empty()) << info.key;
    Settings settings;
    EXPECT_TRUE(set_from_text(settings, info.key, info.fallback)) << info.key;
    EXPECT_EQ(to_json(settings, info.key), to_json(Settings(), info.key)) << info.key;
    EXPECT_EQ(find_setting(info.key)->help, info.help);
  }
  EXPECT_GE(keys.size(), 17U);
  EXPECT_EQ(find_setting("nonsense"), nullptr);
}

TEST(SettingTable, JsonOfEachPlainValueReadsBack) {
  for (const SettingInfo& info : setting_table()) {
    if (is_secret(info.kind)) continue;
    Settings settings;
    const std::string json = to_json(settings, info.key);
    EXPECT_TRUE(nlohmann::json::accept(json)) << info.key;
    EXPECT_TRUE(set_from_json(settings, info.key, json)) << info.key << json;
    EXPECT_EQ(to_json(settings, info.key), json);
  }
}

TEST(Settings, DefaultsAreThoseOfTheProduct) {
  const Settings settings;
  EXPECT_EQ(settings.connect_timeout, 10s);
  EXPECT_EQ(settings.first_byte_timeout, 120s);
  EXPECT_EQ(settings.stream_idle_timeout, 60s);
  EXPECT_EQ(settings.fetch_timeout, 120s);
  EXPECT_EQ(settings.total_timeout, 0s);
  EXPECT_EQ(settings.shutdown_timeout, 30s);
  EXPECT_EQ(settings.heartbeat, 15s);
  EXPECT_EQ(settings.max_body_bytes, 32 << 20);
  EXPECT_TRUE(settings.require_api_key);
  EXPECT_TRUE(settings.cors_origins.empty());
  EXPECT_TRUE(settings.all_proxy.empty());
  EXPECT_EQ(settings.log_level, log::Level::info);
  EXPECT_FALSE(settings.log_json);
}

TEST(Settings, TakeJsonOfTheRightKindAndRangeOnly) {
  const auto accepts = [](std::string_view key, std::string_view json) {
    Settings settings;
    const Status set = set_from_json(settings, key, json);
    if (!set) {
      EXPECT_EQ(set.error().kind, ErrorKind::bad_request);
      EXPECT_EQ(set.error().param, key);
    }
    return set.ok();
  };
  EXPECT_TRUE(accepts("stream_idle_timeout_ms", "0"));
  EXPECT_FALSE(accepts("stream_idle_timeout_ms", "-1"));
  EXPECT_FALSE(accepts("stream_idle_timeout_ms", "1.5"));
  EXPECT_FALSE(accepts("stream_idle_timeout_ms", "\"60000\""));
  EXPECT_FALSE(accepts("stream_idle_timeout_ms", "99999999999"));
  EXPECT_FALSE(accepts("connect_timeout_ms", "0"));
  EXPECT_FALSE(accepts("max_body_bytes", "1"));
  EXPECT_TRUE(accepts("require_api_key", "false"));
  EXPECT_FALSE(accepts("require_api_key", "\"false\""));
  EXPECT_FALSE(accepts("require_api_key", "null"));
  EXPECT_FALSE(accepts("require_api_key", "{"));
  EXPECT_TRUE(accepts("cors_origins", R"(["https://a.example","http://localhost:3000"])"));
  EXPECT_TRUE(accepts("cors_origins", R"(["*"])"));
  EXPECT_TRUE(accepts("cors_origins", "[]"));
  EXPECT_FALSE(accepts("cors_origins", "\"*\""));
  EXPECT_FALSE(accepts("cors_origins", R"(["null"])"));
  EXPECT_FALSE(accepts("cors_origins", R"(["https://a.example/path"])"));
  EXPECT_FALSE(accepts("cors_origins", R"(["a.example"])"));
  EXPECT_FALSE(accepts("cors_origins", "[1]"));
  EXPECT_TRUE(accepts("public_urls", R"(["https://gateway.example/omniroute"])"));
  EXPECT_FALSE(accepts("public_urls", R"(["gateway.example"])"));
  EXPECT_TRUE(accepts("log_level", "\"debug\""));
  EXPECT_FALSE(accepts("log_level", "\"loud\""));
  EXPECT_TRUE(accepts("log_format", "\"json\""));
  EXPECT_TRUE(accepts("https_proxy", "\"socks5h://user:pass@egress.example:1080\""));
  EXPECT_TRUE(accepts("https_proxy", "\"\""));
  EXPECT_FALSE(accepts("https_proxy", "\"ftp://egress.example\""));
  EXPECT_FALSE(accepts("nonsense", "1"));
}

TEST(Settings, ARefusedValueChangesNothing) {
  Settings settings;
  settings.cors_origins = {"https://mine.example"};
  EXPECT_FALSE(set_from_json(settings, "cors_origins", R"(["https://a.example","nonsense"])"));
  EXPECT_EQ(settings.cors_origins, std::vector<std::string>{"https://mine.example"});
}

TEST(Settings, AProxysPasswordIsNeverShown) {
  Settings settings;
  ASSERT_TRUE(set_from_text(settings, "https_proxy", "http://user:verysecret@egress.example:8080"));
  const std::string shown = to_json(settings, "https_proxy");
  EXPECT_EQ(shown.find("verysecret"), std::string::npos);
  EXPECT_NE(shown.find("egress.example"), std::string::npos);
  const Status refused = set_from_text(settings, "https_proxy", "nonsense://user:verysecret@egress.example:8080");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("verysecret"), std::string::npos);
}

TEST(Settings, VariablesOverrideAndAreNamed) {
  const Environment environment(Values{{"FETCH_TIMEOUT_MS", "5000"},
                                       {"REQUIRE_API_KEY", "false"},
                                       {"CORS_ORIGIN", "https://a.example, https://b.example"},
                                       {"https_proxy", "http://egress.example:3128"},
                                       {"NO_PROXY", "internal.example,.corp.example"},
                                       {"LOG_FORMAT", "json"},
                                       {"MAX_BODY_SIZE_BYTES", " 1048576 "}});
  Settings settings;
  std::vector<std::string> overridden;
  ASSERT_TRUE(apply_environment(settings, environment, overridden));
  EXPECT_EQ(settings.fetch_timeout, 5s);
  EXPECT_FALSE(settings.require_api_key);
  EXPECT_EQ(settings.cors_origins, (std::vector<std::string>{"https://a.example", "https://b.example"}));
  EXPECT_EQ(settings.https_proxy.reveal(), "http://egress.example:3128");
  EXPECT_EQ(settings.no_proxy.size(), 2U);
  EXPECT_TRUE(settings.log_json);
  EXPECT_EQ(settings.max_body_bytes, 1 << 20);
  EXPECT_EQ(overridden.size(), 7U);
}

TEST(Settings, OpenTelemetrysVariablesAreHonoured) {
  const Environment environment(Values{{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"},
                                       {"OTEL_EXPORTER_OTLP_HEADERS", "api-key=secret%20word,x=1"},
                                       {"OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"},
                                       {"OTEL_TRACES_EXPORTER", "none"},
                                       {"OTEL_TRACES_SAMPLER", "parentbased_traceidratio"},
                                       {"OTEL_TRACES_SAMPLER_ARG", "0.25"},
                                       {"OTEL_RESOURCE_ATTRIBUTES", "a=1,b=2"}});
  Settings settings;
  std::vector<std::string> overridden;
  ASSERT_TRUE(apply_environment(settings, environment, overridden));
  EXPECT_EQ(settings.otlp_endpoint, "http://127.0.0.1:4318");
  EXPECT_TRUE(settings.otlp_protobuf);
  EXPECT_TRUE(settings.otlp_no_traces);
  EXPECT_FALSE(settings.otlp_no_metrics);
  EXPECT_EQ(settings.otlp_sampler, TraceSampler::parent_ratio);
  EXPECT_EQ(to_json(settings, "otlp_sampler"), "\"parentbased_traceidratio\"");
  EXPECT_EQ(settings.otlp_resource.size(), 2U);
  EXPECT_EQ(to_json(settings, "otlp_headers"), "\"(set)\"");
  for (const auto& [key, wrong] : std::initializer_list<std::pair<const char*, const char*>>{{"otlp_endpoint", "collector:4317"},
                                                                                             {"otlp_endpoint", "http://c/?a=b"},
                                                                                             {"otlp_headers", "topsecret"},
                                                                                             {"otlp_protocol", "grpc"},
                                                                                             {"otlp_sampler_arg", "1.01"},
                                                                                             {"otlp_resource_attributes", "=x"}}) {
    const Status refused = set_from_text(settings, key, wrong);
    ASSERT_FALSE(refused) << key;
    EXPECT_EQ(refused.error().param, key);
    EXPECT_EQ(refused.error().message.find("topsecret"), std::string::npos);
  }
}

TEST(Settings, TheFirstOfSeveralVariablesWins) {
  Settings settings;
  std::vector<std::string> overridden;
  ASSERT_TRUE(apply_environment(
      settings, Environment(Values{{"CORS_ORIGINS", "https://first.example"}, {"CORS_ORIGIN", "https://second.example"}}), overridden));
  EXPECT_EQ(settings.cors_origins, std::vector<std::string>{"https://first.example"});
}

TEST(Settings, AVariableThatCannotBeUsedIsNamed) {
  Settings settings;
  std::vector<std::string> overridden;
  const Status refused = apply_environment(settings, Environment(Values{{"STREAM_IDLE_TIMEOUT_MS", "soon"}}), overridden);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().param, "STREAM_IDLE_TIMEOUT_MS");
  EXPECT_NE(refused.error().message.find("whole number"), std::string::npos);
}

TEST(ProxyFor, TakesTheOneOfTheSchemeAndElseTheOneForAll) {
  Settings settings;
  settings.http_proxy = Secret("http://plain.example");
  settings.all_proxy = Secret("socks5://all.example");
  EXPECT_EQ(settings.proxy_for(false, "api.example", 80).reveal(), "http://plain.example");
  EXPECT_EQ(settings.proxy_for(true, "api.example", 443).reveal(), "socks5://all.example");
  EXPECT_TRUE(Settings().proxy_for(true, "api.example", 443).empty());
}

TEST(ProxyFor, LoopbackIsAlwaysDirect) {
  Settings settings;
  settings.all_proxy = Secret("http://egress.example");
  for (const std::string_view host : {"localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "app.localhost"})
    EXPECT_TRUE(settings.proxy_for(false, host, 80).empty()) << host;
  EXPECT_FALSE(settings.proxy_for(false, "10.0.0.1", 80).empty());
}

TEST(ProxyFor, HonoursTheExceptions) {
  Settings settings;
  settings.all_proxy = Secret("http://egress.example");
  settings.no_proxy = {"direct.example", "other.example:8443", ".Corp.example", "[2001:db8::1]:443", "2001:db8::2"};
  const auto direct = [&](std::string_view host, std::uint16_t port) { return settings.proxy_for(true, host, port).empty(); };
  EXPECT_TRUE(direct("direct.example", 443));
  EXPECT_TRUE(direct("DIRECT.example", 443));
  EXPECT_FALSE(direct("sub.direct.example", 443));
  EXPECT_TRUE(direct("other.example", 8443));
  EXPECT_FALSE(direct("other.example", 443));
  EXPECT_TRUE(direct("a.b.corp.example", 443));
  EXPECT_TRUE(direct("corp.example", 443));
  EXPECT_FALSE(direct("mycorp.example", 443));
  EXPECT_TRUE(direct("2001:db8::1", 443));
  EXPECT_FALSE(direct("2001:db8::1", 80));
  EXPECT_TRUE(direct("2001:db8::2", 80));
  settings.no_proxy = {"*"};
  EXPECT_TRUE(direct("anything.example", 1));
}

}  // namespace
}  // namespace omniroute::config
