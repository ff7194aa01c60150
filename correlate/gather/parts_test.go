package gather_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/correlate/evidence"
)

// parts are what of a case may be at hand: the input kinds that each part keeps.
// The operator's facts are always there.
//
//	logs          consoles, status messages, traces, alarms
//	captures      captures
//	no-captures   logs with the listings and the lists
//	no-logs       captures with the listings and the lists
var parts = []string{"logs", "captures", "no-captures", "no-logs"}

// keeps says whether a part has an input of the kind.
func keeps(part, kind string) bool {
	capture := strings.HasPrefix(kind, "pcap")
	listing := kind == "itl" || kind == "ctl" || kind == "signed-file" || strings.HasPrefix(kind, "show-")
	switch {
	case kind == "facts":
		return true
	case capture:
		return part == "captures" || part == "no-logs"
	case listing:
		return part == "no-captures" || part == "no-logs"
	}
	return part == "logs" || part == "no-captures"
}

// pendingParts are the parts that are not yet right, as pending in TestCases:
// "case/part" and the reason.
var pendingParts = map[string]string{
	"d02-pending/no-captures": "the served list is younger than the last boot",
}

// TestParts judges every case from a part of its evidence. What want.json states
// under "parts" must hold; otherwise half of the evidence makes the verdict the
// same, healthier or less sure: never of a worse class, never ok when the phone
// is not, never another cause of the same weight, never surer.
func TestParts(t *testing.T) {
	all := wants(t)
	known := map[string]bool{}
	for dir, w := range all {
		for _, part := range parts {
			known[filepath.Base(dir)+"/"+part] = true
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			bundles := decodeDir(t, dir)
			for _, part := range parts {
				var some []*evidence.Bundle
				evident := false
				for _, b := range bundles {
					kind := b.Header.Inputs[0].Kind
					if keeps(part, kind) {
						some = append(some, b)
						evident = evident || kind != "facts"
					}
				}
				if evident && len(some) < len(bundles) {
					name := filepath.Base(dir) + "/" + part
					r := correlate.Judge(evidence.Merge(some...), correlate.Options{})
					var wrong []string
					for _, d := range w.partMisses(part, r) {
						wrong = append(wrong, part+": "+d)
					}
					expect(t, pendingParts, name, wrong)
				}
			}
		})
	}
	for name := range pendingParts {
		if !known[name] {
			t.Errorf("%s is pending, but is no part of a case", name)
		}
	}
}

// rank orders the classes of verdicts that claim something.
var rank = map[string]int{correlate.ClassOK: 0, correlate.ClassDegraded: 1, correlate.ClassRecoverable: 2, correlate.ClassLockedOut: 3}

// sure orders confidences.
var sure = map[string]int{"low": 0, "medium": 1, "high": 2}

// partMisses compares the verdict from a part with what the want says of the whole.
func (w want) partMisses(part string, r *correlate.Report) []string {
	p := w.subject(r)
	if p == nil {
		if len(r.Phones) == 0 {
			return nil // without a phone there is no verdict
		}
		return []string{"no phone of the name"}
	}
	v := p.Verdict
	told := fmt.Sprintf("%s (%s, %s, deletion %s)", v.Class, v.Primary, v.Confidence, v.Deletion)
	var out []string
	if strings.Contains(v.Advice, "has to be deleted") && v.Class != correlate.ClassLockedOut {
		out = append(out, "advises deletion: "+v.Advice)
	}
	for _, f := range p.Findings {
		// What the whole must not find, a part must not be sure of.
		if slices.Contains(w.NeverFind, f.ID) && f.Confidence == "high" && rank[f.Class] >= rank[correlate.ClassDegraded] {
			out = append(out, fmt.Sprintf("the finding %s is made: %s", f.ID, f.Summary))
		}
	}
	if stated, ok := w.Parts[part]; ok {
		text, err := json.Marshal(v)
		if err != nil {
			return []string{err.Error()}
		}
		var got any
		if err := json.Unmarshal(text, &got); err != nil {
			return []string{err.Error()}
		}
		return append(out, lacks("verdict", stated, got)...)
	}
	if v.Class == correlate.ClassInconclusive {
		return out
	}
	classes, primary, confidence, others := w.whole()
	worst, healthy, settled := -1, false, false
	for _, c := range classes {
		if n, ok := rank[c]; ok {
			settled, worst = true, max(worst, n)
		}
		healthy = healthy || c == correlate.ClassOK
	}
	switch n := rank[v.Class]; {
	case !settled:
		out = append(out, told+", and the whole case is "+strings.Join(classes, " or "))
	case n > worst:
		out = append(out, told+" is worse than the whole case, "+strings.Join(classes, " or "))
	case v.Class == correlate.ClassOK && !healthy:
		out = append(out, told+", and the whole case is "+strings.Join(classes, " or "))
	case n == worst && !healthy && primary != "" && v.Primary != primary && !slices.Contains(others, v.Primary):
		out = append(out, told+", and the whole case is for "+primary)
	}
	if confidence != "" && v.Primary == primary && sure[v.Confidence] > sure[confidence] {
		out = append(out, told+" is surer than the whole case, "+confidence)
	}
	return out
}

// whole is what the want says of the verdict from all evidence: the classes that
// are right, the primary finding, its confidence, and the findings beside it.
func (w want) whole() (classes []string, primary, confidence string, others []string) {
	report, _ := w.Report.(map[string]any)
	phones, _ := report["phones"].([]any)
	if len(phones) == 0 {
		return nil, "", "", nil
	}
	phone, _ := phones[0].(map[string]any)
	verdict, _ := phone["verdict"].(map[string]any)
	switch c := verdict["class"].(type) {
	case string:
		classes = []string{c}
	case map[string]any:
		any, _ := c["one_of"].([]any)
		for _, s := range any {
			classes = append(classes, fmt.Sprint(s))
		}
	}
	primary, _ = verdict["primary"].(string)
	confidence, _ = verdict["confidence"].(string)
	findings, _ := phone["findings"].([]any)
	for _, f := range findings {
		finding, _ := f.(map[string]any)
		if id, ok := finding["id"].(string); ok {
			others = append(others, id)
		}
	}
	return classes, primary, confidence, others
}
