#include "translation.hpp"

#include <charconv>
#include <fstream>
#include <iostream>
#include <iterator>

#include "omniroute/codec/loss_report.hpp"
#include "omniroute/codec/translate.hpp"
#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/encoding.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"

namespace omniroute::app {
namespace {

Error wrong(std::string_view option, const std::string& given, std::string_view takes) {
  const std::string said = given.empty() ? "is required: " : "takes no '" + given + "', but ";
  return {ErrorKind::bad_request, std::string(option) + " " + said + std::string(takes) + ".", std::string(option)};
}

Result<codec::Format> format_of(std::string_view option, const std::string& word) {
  const auto format = domain::parse_format(word);
  if (!format) return wrong(option, word, "openai-chat, openai-responses, anthropic or gemini");
  return *format;
}

Result<int> status_of(const std::string& text) {
  int status = 0;
  if (text.empty()) return status;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (failure != std::errc() || end != text.data() + text.size() || status < 100 || status > 599)
    return wrong("--status", text, "an HTTP status from 100 to 599");
  return status;
}

/// The request's own model, where no other is asked for.
std::string model_of(std::string_view input) {
  json::Document document;
  if (!document.parse(input)) return {};
  return std::string(document.root().find("model").text());
}

/// An id for answers that have none: the same for the same text.
std::string id_of(std::string_view input) {
  const crypto::Sha256 digest = crypto::sha256(input);
  return crypto::to_hex(std::span(digest).first(12));
}

}  // namespace

Result<Translated> translate_text(const Arguments& arguments, std::string_view input) {
  const auto what = codec::parse_what(arguments.what);
  if (!what) return wrong("--what", arguments.what, "request, response, stream or error");
  const Result<codec::Format> from = format_of("--from", arguments.from);
  if (!from) return from.error();
  const Result<codec::Format> to = format_of("--to", arguments.to);
  if (!to) return to.error();
  const Result<int> status = status_of(arguments.status);
  if (!status) return status.error();
  const bool asks = *what == codec::What::request;
  const std::string model = arguments.model.empty() && asks ? model_of(input) : arguments.model;
  codec::Translation how;
  how.from = *from;
  how.to = *to;
  how.target = codec::target_for_model(model);
  how.context.model = model;
  how.context.fallback_id = id_of(input);
  how.context.include_usage = true;
  how.status = *status;
  codec::Losses losses;
  Result<std::string> text = codec::translate(*what, how, input, losses);
  if (!text) return std::move(text).error();
  Translated translated;
  translated.text = *std::move(text);
  json::Writer writer(translated.report);
  writer.begin_object().key("what").string(arguments.what).key("from").string(arguments.from).key("to").string(arguments.to);
  writer.key("losses").raw(codec::losses_json(losses)).end_object();
  return translated;
}

std::string error_line(const Error& error) {
  std::string line;
  json::Writer writer(line);
  writer.begin_object().key("field");
  if (error.param.empty()) {
    writer.null();
  } else {
    writer.string(error.param);
  }
  writer.key("error").begin_object().key("type").string(to_string(error.kind)).key("message").string(error.message).key("param");
  if (error.param.empty()) {
    writer.null();
  } else {
    writer.string(error.param);
  }
  writer.end_object().end_object();
  return line + "\n";
}

int run_translate(const Arguments& arguments) {
  const std::string input((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
  Result<Translated> translated = translate_text(arguments, input);
  Status written;
  if (!arguments.report.empty()) {
    std::ofstream file(arguments.report, std::ios::binary | std::ios::trunc);
    file << (translated ? translated->report + "\n" : error_line(translated.error())) << std::flush;
    if (!file) written = Error(ErrorKind::bad_request, "--report: " + arguments.report + " cannot be written.", "--report");
  }
  if (translated && !written) translated = std::move(written).error();
  if (!translated) {
    std::cerr << error_line(translated.error()) << std::flush;
    return 1;
  }
  std::cout << translated->text << std::flush;
  return std::cout ? 0 : 1;
}

}  // namespace omniroute::app
