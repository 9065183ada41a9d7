// Servers of models on this machine, as set-up offers them: those that answer on the port each usually takes.
#include <array>
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "omniroute/http/client.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/json/document.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

constexpr std::chrono::milliseconds patience{400};
constexpr std::size_t largest_list = 1u << 20;
constexpr std::size_t most_models = 50;

/// Where each listens unless told otherwise, as its own documents say.
struct LocalServer {
  std::string_view name;
  std::string_view prefix;
  std::string_view base_url;
};
constexpr std::array known{LocalServer{"Ollama", "ollama", "http://127.0.0.1:11434/v1"},
                           LocalServer{"LM Studio", "lmstudio", "http://127.0.0.1:1234/v1"},
                           LocalServer{"vLLM", "vllm", "http://127.0.0.1:8000/v1"}};

/// What the server lists; nothing where none answers in the shape of OpenAI's list.
Task<std::optional<std::vector<std::string>>> models_of(http::Client& client, std::string_view base_url) {
  const std::string address = std::string(base_url) + "/models";
  Result<http::Url> url = http::Url::parse(address);
  if (!url) co_return std::nullopt;
  http::Outgoing outgoing;
  outgoing.method = "GET";
  outgoing.endpoint = url->endpoint({});
  outgoing.target = std::move(url->target);
  outgoing.headers.push_back({"accept", "application/json"});
  http::Timeouts timeouts;
  timeouts.connect = patience;
  timeouts.first_byte = patience;
  timeouts.idle = patience;
  timeouts.total = 2 * patience;
  http::CancelHandle cancel;
  Result<std::unique_ptr<http::Incoming>> sent = co_await client.send(outgoing, timeouts, cancel);
  if (!sent || (*sent)->status() != 200) co_return std::nullopt;
  const std::unique_ptr<http::Incoming> incoming = *std::move(sent);
  Result<std::string> text = co_await incoming->read_all(largest_list);
  json::Document document;
  if (!text || !document.parse(*text)) co_return std::nullopt;
  const json::Value list = document.root().find("data");
  if (!list.is(json::Kind::array)) co_return std::nullopt;
  std::vector<std::string> models;
  for (auto each = list.begin(); each != list.end() && models.size() < most_models; ++each) {
    const std::string_view id = (*each).find("id").text();
    if (!id.empty()) models.emplace_back(id);
  }
  co_return models;
}

bool is_connected(const config::Snapshot& snapshot, const LocalServer& server) {
  const std::string_view port = server.base_url.substr(server.base_url.rfind(':'));
  const auto& nodes = snapshot.nodes();
  return std::any_of(nodes.begin(), nodes.end(), [&](const auto& node) {
    return node.base_url == server.base_url || node.base_url == "http://localhost" + std::string(port);
  });
}

}  // namespace

Task<void> list_local_servers(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["servers"] = Json::array();
  for (const LocalServer& server : known) {
    const std::optional<std::vector<std::string>> models = co_await models_of(call.lane.upstreams, server.base_url);
    if (!models) continue;
    Json entry;
    entry["name"] = server.name;
    entry["prefix"] = server.prefix;
    entry["baseUrl"] = server.base_url;
    entry["models"] = *models;
    entry["connected"] = is_connected(*snapshot, server);
    json["servers"].push_back(std::move(entry));
  }
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
