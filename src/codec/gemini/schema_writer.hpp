#pragma once
#include <string>
#include <string_view>

namespace omniroute::codec::gemini {

/// A JSON Schema as Gemini takes it.
enum class SchemaForm : unsigned char {
  json,    ///< parametersJsonSchema, responseJsonSchema: JSON Schema without what names or dates it
  subset,  ///< parameters, responseSchema: the OpenAPI 3.0 subset, which refuses every other keyword
};

/// Cleans a schema: `$schema`, `$id`, `$comment` go; `const` becomes an enum, `oneOf` anyOf, `allOf` is merged; for the
/// subset also references are inlined (recursion ends in an open object), null becomes `nullable`, values that are no
/// texts move to the description. Names under `properties` and the like are names, never keywords. `lossy` is set if a
/// keyword that restricts had to go. "" if there is no schema, or for the subset none with properties at its root.
std::string clean_schema(std::string_view schema, SchemaForm form, bool& lossy);

}  // namespace omniroute::codec::gemini
