#include <array>

#include "completions.hpp"
#include "gemini.hpp"
#include "inference.hpp"
#include "models.hpp"
#include "ollama.hpp"
#include "requests.hpp"
#include "responses.hpp"
#include "route.hpp"

namespace omniroute::api {

using domain::Format;
using pipeline::Operation;

std::span<const Route> v1_routes() {
  static constexpr std::array routes{
      Route{"POST", "/v1/chat/completions", Guard::key, &infer<Format::openai_chat, Operation::generate>, Format::openai_chat},
      Route{"POST", "/v1/messages", Guard::key, &infer<Format::anthropic, Operation::generate>, Format::anthropic},
      Route{"POST", "/v1/messages/count_tokens", Guard::key, &infer<Format::anthropic, Operation::count_tokens>, Format::anthropic},
      Route{"POST", "/v1/completions", Guard::key, &complete},
      Route{"POST", "/v1/responses", Guard::key, &create_response, Format::openai_responses},
      Route{"POST", "/v1/responses/compact", Guard::key, &compact_response, Format::openai_responses},
      Route{"GET", "/v1/responses", Guard::open, &refuse_upgrade, Format::openai_responses},
      Route{"GET", "/v1/responses/{id}", Guard::key, &show_response, Format::openai_responses},
      Route{"DELETE", "/v1/responses/{id}", Guard::key, &remove_response, Format::openai_responses},
      Route{"POST", "/v1/responses/input_tokens", Guard::key, &count_input, Format::openai_responses},
      Route{"POST", "/v1beta/models/{action...}", Guard::key, &gemini_action, Format::gemini},
      Route{"POST", "/v1/models/{action...}", Guard::key, &gemini_action, Format::gemini},
      Route{"GET", "/v1beta/models", Guard::key, &gemini_models, Format::gemini},
      Route{"GET", "/v1beta/models/{model...}", Guard::key, &gemini_model, Format::gemini},
      Route{"POST", "/v1/api/chat", Guard::key, &ollama_chat},
      Route{"POST", "/api/chat", Guard::key, &ollama_chat},
      Route{"GET", "/v1/api/tags", Guard::key, &ollama_tags},
      Route{"GET", "/api/tags", Guard::key, &ollama_tags},
      Route{"GET", "/v1", Guard::key, &list_models},
      Route{"GET", "/v1/models", Guard::key, &list_models},
      Route{"GET", "/v1/models/{model...}", Guard::key, &show_model},
      Route{"GET", "/v1/requests/{id}/route", Guard::key, &show_own_route},
  };
  return routes;
}

}  // namespace omniroute::api
