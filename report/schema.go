package report

import (
	_ "embed"
	"slices"
)

//go:embed schema/report.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of what JSON writes. It is
// written by hand: it is the promise to programs that read reports, and says
// more than the types do (closed vocabularies, forms of times and hashes).
func Schema() []byte { return slices.Clone(schema) }
