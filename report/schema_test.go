package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"trustline/correlate"
	"trustline/report/internal/sample"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("report.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemaAcceptsTheReport(t *testing.T) {
	s := compiled(t)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(render(t, "json", sample.Report())))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%#v", err)
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := compiled(t)
	for name, change := range map[string]func(*correlate.Report){
		"class":         func(r *correlate.Report) { r.Phones[0].Verdict.Class = "broken" },
		"gate row":      func(r *correlate.Report) { r.Phones[0].Gate.ITL = r.Phones[0].Gate.ITL[1:] },
		"gate state":    func(r *correlate.Report) { r.Phones[0].Gate.ITL[0].State = "maybe" },
		"local time":    func(r *correlate.Report) { *r.Phones[0].Timeline[0].Time = "2013-03-05T15:20:40+01:00" },
		"serial":        func(r *correlate.Report) { r.Phones[0].Trust.ITL.List.Signer.Serial = "21:00" },
		"frame, line":   func(r *correlate.Report) { r.Phones[0].Timeline[0].Source.Line = r.Phones[0].Timeline[0].Source.Frame },
		"evidence":      func(r *correlate.Report) { r.Phones[0].Verdict.Because[0].Evidence[0] = "12" },
		"quality":       func(r *correlate.Report) { r.Coverage[0].Quality = "fair" },
		"bundle":        func(r *correlate.Report) { r.Coverage[0].Bundle = "K10" },
		"action":        func(r *correlate.Report) { r.Groups[0].Action = "walk" },
		"change":        func(r *correlate.Report) { r.Cluster.Changes[0].Kind = "rumour" },
		"status":        func(r *correlate.Report) { r.Cluster.Certificates[0].Status = "old" },
		"schema's name": func(r *correlate.Report) { r.Schema = "trustline/report/v2" },
	} {
		r := sample.Report()
		change(r)
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(render(t, "json", r)))
		if err != nil {
			t.Fatal(err)
		}
		if s.Validate(doc) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestSchemaFollowsTheModel compares members, so that neither can change alone.
func TestSchemaFollowsTheModel(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	defs := doc["$defs"].(map[string]any)
	check := func(typ reflect.Type, def map[string]any) {
		props := def["properties"].(map[string]any)
		var required []string
		for _, r := range def["required"].([]any) {
			required = append(required, r.(string))
		}
		var names []string
		for i := range typ.NumField() {
			if !typ.Field(i).IsExported() {
				continue
			}
			name, opts, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			names = append(names, name)
			if _, ok := props[name]; !ok {
				t.Errorf("%s.%s is not in the schema", typ.Name(), name)
			}
			if slices.Contains(required, name) == (opts == "omitempty") {
				t.Errorf("%s.%s: required or not is not as in the model", typ.Name(), name)
			}
		}
		for name := range props {
			if !slices.Contains(names, name) {
				t.Errorf("%s.%s is in the schema only", typ.Name(), name)
			}
		}
	}
	check(reflect.TypeFor[correlate.Report](), doc)
	check(reflect.TypeFor[correlate.Tool](), doc["properties"].(map[string]any)["tool"].(map[string]any))
	for name, typ := range map[string]reflect.Type{
		"place": reflect.TypeFor[correlate.Place](), "problem": reflect.TypeFor[correlate.Problem](), "sample": reflect.TypeFor[correlate.Sample](),
		"input": reflect.TypeFor[correlate.Input](), "clock": reflect.TypeFor[correlate.Clock](), "clock_pair": reflect.TypeFor[correlate.ClockPair](),
		"coverage": reflect.TypeFor[correlate.Coverage](), "hole": reflect.TypeFor[correlate.Hole](), "server": reflect.TypeFor[correlate.Server](), "certificate": reflect.TypeFor[correlate.Certificate](),
		"cluster": reflect.TypeFor[correlate.Cluster](), "presented": reflect.TypeFor[correlate.Presented](), "served_signer": reflect.TypeFor[correlate.ServedSigner](),
		"change": reflect.TypeFor[correlate.Change](), "odd": reflect.TypeFor[correlate.Odd](), "group": reflect.TypeFor[correlate.Group](), "reason": reflect.TypeFor[correlate.Reason](),
		"verdict": reflect.TypeFor[correlate.Verdict](), "step": reflect.TypeFor[correlate.Step](), "finding": reflect.TypeFor[correlate.Finding](),
		"ruled": reflect.TypeFor[correlate.Ruled](), "gate_row": reflect.TypeFor[correlate.GateRow](), "gates": reflect.TypeFor[correlate.Gates](),
		"state": reflect.TypeFor[correlate.State](), "entry": reflect.TypeFor[correlate.Entry](), "signer": reflect.TypeFor[correlate.Signer](),
		"record": reflect.TypeFor[correlate.Record](), "list": reflect.TypeFor[correlate.List](), "trust": reflect.TypeFor[correlate.Trust](),
		"trusts": reflect.TypeFor[correlate.Trusts](), "phone": reflect.TypeFor[correlate.Phone](),
	} {
		check(typ, defs[name].(map[string]any))
	}
}
