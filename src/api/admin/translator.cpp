// The translator as a service: what `omniroute translate` does, for the playground (product-spec.md o.4).
#include <nlohmann/json.hpp>

#include "form.hpp"
#include "handlers.hpp"
#include "omniroute/codec/loss_report.hpp"
#include "omniroute/codec/translate.hpp"
#include "omniroute/json/writer.hpp"
#include "omniroute/pipeline/provider_call.hpp"
#include "omniroute/pipeline/target_profile.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

using codec::What;
using domain::Format;

/// The names of formats, of node types, and what the original calls Anthropic's.
std::optional<Format> format_of(std::string_view word) {
  return word == "claude" ? std::optional(Format::anthropic) : parse_node_type(word);
}

/// The member `body`: JSON as it stands, or a text (a stream, or JSON in a string).
std::string input_of(json::Value body) { return std::string(body.is(json::Kind::string) ? body.text() : body.raw()); }

/// Writes a text as it stands where it is JSON, so that nobody has to parse twice; else as a string.
void write_text(json::Writer& writer, const std::string& text) {
  json::Document document;
  if (document.parse(text)) {
    writer.raw(text);
  } else {
    writer.string(text);
  }
}

/// One call of /translate, read.
struct Job {
  std::string step = "direct";
  What what = What::request;
  Format from = Format::openai_chat;
  Format to = Format::openai_chat;
  const catalog::Provider* provider = nullptr;
  std::string model;
  int status = 0;
  std::string input;
};

/// The model's own name, without the prefix of the provider that is named beside it.
std::string bare_model(std::string model, const catalog::Provider* provider) {
  const std::size_t slash = model.find('/');
  if (provider == nullptr || slash == std::string::npos) return model;
  const std::string prefix = model.substr(0, slash);
  return prefix == provider->alias || prefix == provider->id ? model.substr(slash + 1) : model;
}

std::string step_of(Form& form) {
  const json::Value step = form.root().find("step");
  if (step.absent()) return "direct";
  std::string word(step.is(json::Kind::string) ? step.text() : step.raw());
  if (word != "direct" && (word.size() != 1 || word < "1" || word > "4")) form.refuse("step", "takes direct, 1, 2, 3 and 4");
  return word;
}

/// Whose format is written, by name or by the provider that speaks it.
void read_target(Form& form, const config::Snapshot& snapshot, Job& job) {
  if (const std::optional<std::string> name = form.text("provider")) {
    job.provider = snapshot.provider(*name);
    if (job.provider == nullptr) form.refuse("provider", "is no provider and no node");
    if (job.provider != nullptr && !job.provider->format) form.refuse("provider", "speaks a format that this gateway does not speak");
    if (form.check()) job.to = *job.provider->format;
  }
  const std::optional<std::string> word = form.text("targetFormat");
  if (word && !format_of(*word)) form.refuse("targetFormat", "takes openai, responses, anthropic and gemini");
  if (word && form.check()) job.to = *format_of(*word);
  const bool needs_target = job.step == "direct" || job.step == "3" || job.step == "4";
  if (!word && job.provider == nullptr && needs_target) form.refuse("targetFormat", "is required, or a provider");
}

Job read_job(Form& form, const config::Snapshot& snapshot) {
  Job job;
  const json::Value body = form.root().find("body");
  if (body.absent()) form.refuse("body", "is required");
  job.input = input_of(body);
  job.step = step_of(form);
  read_target(form, snapshot, job);
  const std::optional<codec::Detected> seems = codec::detect(job.input);
  const std::optional<std::string> what = form.text("what");
  if (what && !codec::parse_what(*what)) form.refuse("what", "takes request, response, stream and error");
  job.what = what ? codec::parse_what(*what).value_or(What::request) : (seems ? seems->what : What::request);
  const std::optional<std::string> source = form.text("sourceFormat");
  if (source && !format_of(*source)) form.refuse("sourceFormat", "takes openai, responses, anthropic and gemini");
  if (!source && !seems && job.step != "3" && job.step != "4")
    form.refuse("sourceFormat", "is required: the body's format is not plain to see");
  if (source && form.check()) job.from = *format_of(*source);
  if (!source && seems) job.from = seems->format;
  if (job.step == "2") job.to = Format::openai_chat;
  if (job.step == "3") job.from = Format::openai_chat;
  if (job.step == "4") job.from = job.to;
  job.status = static_cast<int>(form.number("status").value_or(0));
  job.model = form.text("model").value_or(std::string(body.find("model").text()));
  job.model = bare_model(std::move(job.model), job.provider);
  return job;
}

codec::Translation translation_of(const Job& job, const Call& call) {
  codec::Translation how;
  how.from = job.from;
  how.to = job.to;
  how.target = codec::target_for_model(job.model);
  if (job.provider != nullptr && job.step != "2") how.target = pipeline::profile_of({job.provider, nullptr, job.model, job.to});
  how.context.model = job.model;
  how.context.fallback_id = call.id;
  how.context.created = std::chrono::duration_cast<std::chrono::seconds>(call.began_wall.time_since_epoch()).count();
  how.context.include_usage = true;
  how.status = job.status;
  return how;
}

/// The last step: where the provider would be asked and with what; the credential is not shown.
void write_call(json::Writer& writer, const Job& job) {
  writer.begin_object().key("method").string("POST").key("url").string(job.provider->url_for(job.model, false));
  writer.key("headers").begin_object().key("content-type").string("application/json");
  if (!job.provider->auth_header.empty()) writer.key(job.provider->auth_header).string(job.provider->auth_prefix + "****");
  std::vector<http::Header> headers;
  pipeline::add_provider_headers(headers, *job.provider);
  for (const http::Header& header : headers) writer.key(header.name).string(header.value);
  writer.end_object().key("body");
  write_text(writer, job.input);
  writer.end_object();
}

/// The answer to one step. Errors: those of the codecs.
Result<std::string> take_step(const Job& job, const Call& call) {
  codec::Losses losses;
  std::string text = job.input;
  if (job.step != "1" && job.step != "4") {
    Result<std::string> translated = codec::translate(job.what, translation_of(job, call), job.input, losses);
    if (!translated) return translated;
    text = *std::move(translated);
  }
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("success").boolean(true).key("what").string(codec::to_string(job.what));
  writer.key("sourceFormat").string(domain::to_string(job.from)).key("targetFormat").string(domain::to_string(job.to));
  writer.key("model").string(job.model).key("result");
  if (job.step == "4") {
    write_call(writer, job);
  } else {
    write_text(writer, text);
  }
  writer.key("losses").raw(codec::losses_json(losses)).end_object();
  return out;
}

}  // namespace

Task<void> detect_format(Services& /*services*/, Call& call) {
  Form form(call.request.body);
  const json::Value body = form.root().find("body");
  if (body.absent()) form.refuse("body", "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  const std::optional<codec::Detected> seems = codec::detect(input_of(body));
  Json json;
  json["success"] = seems.has_value();
  json["format"] = seems ? Json(domain::to_string(seems->format)) : Json(nullptr);
  json["what"] = seems ? Json(codec::to_string(seems->what)) : Json(nullptr);
  co_await answer(call, 200, std::move(json));
}

Task<void> translate_body(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Form form(call.request.body);
  Job job = read_job(form, *snapshot);
  if (job.step == "4" && job.provider == nullptr) form.refuse("provider", "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Result<std::string> answered = take_step(job, call);
  if (answered) {
    std::string body = *std::move(answered);
    co_return co_await send_json(call, 200, std::move(body));
  }
  Error error = std::move(answered).error();
  if (!error.param.empty()) error.param.insert(0, "body.");
  co_await send_error(call, std::move(error));
}

}  // namespace omniroute::api
