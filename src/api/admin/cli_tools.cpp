// The configuration files of coding tools on this machine.
#include "omniroute/services/cli_tools.hpp"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "form.hpp"
#include "handlers.hpp"
#include "omniroute/base/log.hpp"
#include "omniroute/crypto/digest.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/net/worker.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

/// What stands for a key that is not made yet.
constexpr const char* key_to_come = "sk-omr-a-new-key-that-is-made-now";

/// A key of ours as the file holds it.
Json key_in_file(const config::Snapshot& snapshot, const Secret& text) {
  const domain::ApiKey* key = text.empty() ? nullptr : snapshot.key(crypto::sha256(text.reveal()));
  if (key == nullptr) return nullptr;
  return Json{{"id", key->id}, {"name", key->name}, {"hint", key->hint}};
}

struct Wish {
  services::CliChoice choice;
  bool create_key = false;
};

Wish wish_of(Form& form, const Services& services) {
  Wish wish;
  wish.choice.url = form.text("url").value_or(services.own_url);
  if (std::optional<Secret> key = form.secret("apiKey")) wish.choice.key = *std::move(key);
  wish.create_key = form.flag("createKey").value_or(false);
  wish.choice.fingerprint = form.text("fingerprint").value_or("");
  if (wish.create_key && !wish.choice.key.empty()) form.refuse("createKey", "does not go together with apiKey");
  const json::Value models = form.root().find("models");
  if (models.absent()) return wish;
  if (!models.is(json::Kind::object)) form.refuse("models", "must be an object of slots and models");
  for (auto each = models.begin(); each != models.end() && models.is(json::Kind::object); ++each) {
    if (!(*each).absent() && !(*each).is(json::Kind::string)) form.refuse("models", "takes texts; null takes a model away");
    wish.choice.models[std::string(each.key())] = std::string((*each).text());
  }
  return wish;
}

using Outcome = Result<Json>;

/// Work on the disk, on a thread where it may take its time.
Task<Outcome> off_the_loop(Services& services, std::function<Outcome(services::CliTools&)> work) {
  Outcome outcome = Error(ErrorKind::internal, "The files could not be looked at.");
  services::CliTools* tools = services.cli_tools;
  std::function<void()> run = [&outcome, &work, tools] { outcome = work(*tools); };
  co_await services.cli_pool->run(std::move(run));
  co_return outcome;
}

/// Removes a key that was made for a tool and now stands in no file of it.
Task<void> drop_key(Services& services, Call& call, std::string id) {
  Status removed = co_await editor_of(services, call).remove_key(id);
  if (!removed) log::warn("the key of a tool stays: key={} reason={}", id, removed.error().message);
}

}  // namespace

Task<void> list_cli_tools(Services& services, Call& call) {
  const bool versions = http::query_value(call.request.query, "versions") == "true";
  services::CliTools::Listed listed;
  services::CliTools* tools = services.cli_tools;
  const std::string url = services.own_url;
  std::function<void()> run = [&listed, &url, tools, versions] {
    if (versions) tools->detect();
    listed = tools->list(url);
  };
  co_await services.cli_pool->run(std::move(run));
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json = std::move(*listed.json);
  for (std::size_t i = 0; i < listed.keys.size(); ++i) json["tools"][i]["key"] = key_in_file(*snapshot, listed.keys[i]);
  co_await answer(call, 200, std::move(json));
}

Task<void> preview_cli_tool(Services& services, Call& call) {
  Form form(call.request.body);
  Wish wish = wish_of(form, services);
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  if (wish.create_key) wish.choice.key = Secret(key_to_come);
  const std::string tool = parameter(call, 0);
  std::function<Outcome(services::CliTools&)> work = [&](services::CliTools& tools) { return tools.preview(tool, wish.choice); };
  Outcome done = co_await off_the_loop(services, std::move(work));
  if (!done) co_return co_await send_error(call, std::move(done).error());
  co_await answer(call, 200, *std::move(done));
}

Task<void> apply_cli_tool(Services& services, Call& call) {
  Form form(call.request.body);
  Wish wish = wish_of(form, services);
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  const std::string tool = parameter(call, 0);
  std::string made_id;
  if (wish.create_key) {
    // A key is made only for what can be written.
    wish.choice.key = Secret(key_to_come);
    std::function<Outcome(services::CliTools&)> look = [&](services::CliTools& tools) { return tools.preview(tool, wish.choice); };
    Outcome seen = co_await off_the_loop(services, std::move(look));
    if (!seen) co_return co_await send_error(call, std::move(seen).error());
    config::KeyDraft draft;
    draft.name = seen->at("name").get<std::string>();
    Result<config::NewKey> made = co_await editor_of(services, call).create_key(std::move(draft));
    if (!made) co_return co_await send_error(call, std::move(made).error());
    made_id = made->key.id;
    wish.choice.key = std::move(made->text);
  }
  std::function<Outcome(services::CliTools&)> work = [&](services::CliTools& tools) { return tools.apply(tool, wish.choice, made_id); };
  Outcome done = co_await off_the_loop(services, std::move(work));
  if (!done) {
    if (!made_id.empty()) co_await drop_key(services, call, made_id);
    co_return co_await send_error(call, std::move(done).error());
  }
  co_await note_audit(services, call, "cli-tool.apply", tool);
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  (*done)["key"] = key_in_file(*snapshot, wish.choice.key);
  (*done)["keyMade"] = !made_id.empty();
  co_await answer(call, 200, *std::move(done));
}

Task<void> undo_cli_tool(Services& services, Call& call) {
  Form form(call.request.body);
  const bool force = form.flag("force").value_or(false);
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  const std::string tool = parameter(call, 0);
  std::function<Outcome(services::CliTools&)> work = [&](services::CliTools& tools) { return tools.undo(tool, force); };
  Outcome done = co_await off_the_loop(services, std::move(work));
  if (!done) co_return co_await send_error(call, std::move(done).error());
  co_await note_audit(services, call, "cli-tool.undo", tool);
  const bool drop = done->at("keyId").is_string();
  if (drop) {
    std::string key = done->at("keyId").get<std::string>();
    co_await drop_key(services, call, std::move(key));
  }
  co_await answer(call, 200, *std::move(done));
}

Task<void> clear_cli_tool(Services& services, Call& call) {
  const std::string tool = parameter(call, 0);
  const std::string url = services.own_url;
  std::function<Outcome(services::CliTools&)> work = [&](services::CliTools& tools) { return tools.clear(tool, url); };
  Outcome done = co_await off_the_loop(services, std::move(work));
  if (!done) co_return co_await send_error(call, std::move(done).error());
  co_await note_audit(services, call, "cli-tool.clear", tool);
  // The key that stood there stays: undone, the file needs it again.
  co_await answer(call, 200, *std::move(done));
}

Task<void> list_cli_backups(Services& services, Call& call) {
  const std::string tool = parameter(call, 0);
  std::function<Outcome(services::CliTools&)> work = [&](services::CliTools& tools) { return tools.backups(tool); };
  Outcome done = co_await off_the_loop(services, std::move(work));
  if (!done) co_return co_await send_error(call, std::move(done).error());
  co_await answer(call, 200, *std::move(done));
}

}  // namespace omniroute::api
