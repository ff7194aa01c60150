package evidence

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"plain äöü ✔ 𝄞":             `"plain äöü ✔ 𝄞"`,
		"\u202eexe\u2066\u009b2J":   `"\u202eexe\u2066\u009b2J"`,
		"\x7f\x1b\ufeff\U000e0041z": `"\u007f\u001b\ufeff\udb40\udc41z"`,
		"\xff":                      `"\ufffd"`,
	} {
		var b bytes.Buffer
		enc := json.NewEncoder(Plain(&b))
		if err := enc.Encode(text); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != want+"\n" {
			t.Errorf("%q gives %s", text, got)
		}
		var back string
		if err := json.Unmarshal(b.Bytes(), &back); err != nil || back != text && text != "\xff" {
			t.Errorf("%q comes back as %q (%v)", text, back, err)
		}
	}
}
