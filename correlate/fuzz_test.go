package correlate

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"trustline/correlate/evidence"
)

// FuzzJudge judges whatever an evidence file may hold: it comes from somewhere
// else. No panic, the gates are whole, and a list is deleted only through them.
func FuzzJudge(f *testing.F) {
	for _, s := range []*scene{regenerated(), regenerated().closed(), bootScene()} {
		var buf bytes.Buffer
		if err := s.b.Write(&buf); err != nil {
			f.Fatal(err)
		}
		f.Add(buf.Bytes())
	}
	f.Add([]byte(`{"schema":"trustline/evidence/v1"}
{"kind":"event","event":"tvs_query","phone":"SEP0011215A1AE3"}
{"kind":"event","event":"transfer","transfer":{"file":"ITLSEP0011215A1AE3.tlv"},"address":"1.1.1.1"}
{"kind":"event","event":"tls_connection","tls":{"service":"tvs","marks":{"syn":{}}},"address":"1.1.1.1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, _ := evidence.Read(bytes.NewReader(data))
		if b == nil {
			return
		}
		r := Judge(b, Options{})
		if _, err := json.Marshal(r); err != nil {
			t.Error(err)
		}
		for _, p := range r.Phones {
			if len(p.Gate.ITL) != 8 || len(p.Gate.CTL) != 5 || p.Verdict.Primary == "" || p.Verdict.Class == "" {
				t.Errorf("incomplete verdict %+v", p.Verdict)
			}
			if p.Verdict.Class == ClassLockedOut && slices.ContainsFunc(p.Gate.ITL, func(g GateRow) bool { return g.State == rowUnknown || g.State == rowRefuted }) {
				t.Errorf("locked out past the gate: %+v", p.Gate.ITL)
			}
		}
	})
}
