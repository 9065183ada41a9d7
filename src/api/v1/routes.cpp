#include <array>

#include "inference.hpp"
#include "models.hpp"
#include "route.hpp"

namespace omniroute::api {

using domain::Format;
using pipeline::Operation;

std::span<const Route> v1_routes() {
  static constexpr std::array routes{
      Route{"POST", "/v1/chat/completions", Guard::key, &infer<Format::openai_chat, Operation::generate>, Format::openai_chat},
      Route{"POST", "/v1/messages", Guard::key, &infer<Format::anthropic, Operation::generate>, Format::anthropic},
      Route{"POST", "/v1/messages/count_tokens", Guard::key, &infer<Format::anthropic, Operation::count_tokens>, Format::anthropic},
      Route{"GET", "/v1", Guard::key, &list_models},
      Route{"GET", "/v1/models", Guard::key, &list_models},
      Route{"GET", "/v1/models/{model...}", Guard::key, &show_model},
  };
  return routes;
}

}  // namespace omniroute::api
