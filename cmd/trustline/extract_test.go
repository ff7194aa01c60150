package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSafeName(t *testing.T) {
	for in, want := range map[string]string{
		"CTLSEP0011215A1AE3.tlv":        "CTLSEP0011215A1AE3.tlv",
		"../../etc/cron.d/x":            "x",
		`..\..\windows\system32\x.dll`:  "x.dll",
		"/etc/passwd":                   "passwd",
		"":                              "unnamed",
		"..":                            "unnamed",
		"a/":                            "a",
		".bashrc":                       "bashrc",
		"-rf":                           "rf",
		"CON":                           "_CON",
		"aux.txt":                       "_aux.txt",
		"com1.cnf.xml":                  "_com1.cnf.xml",
		"command.txt":                   "command.txt",
		"a\x00b\nc\x1b[31m":             "a_b_c__31m",
		"Ringlist ü.xml":                "Ringlist _.xml",
		"x:stream":                      "x_stream",
		"trailing. . ":                  "trailing",
		strings.Repeat("a", 500) + ".e": strings.Repeat("a", maxFileName-2) + ".e",
	} {
		if got := safeName(in); got != want {
			t.Errorf("safeName(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestExtract: nothing that is there is changed, nothing is written elsewhere.
func TestExtract(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside")
	into := filepath.Join(dir, "deep", "into")
	if err := os.WriteFile(outside, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(into, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../outside", filepath.Join(into, "trap.tlv")); err != nil {
		t.Skip(err)
	}
	x, err := newExtractor(into)
	if err != nil {
		t.Fatal(err)
	}
	defer x.close()
	for _, tt := range []struct {
		frame               int
		name, content, want string
	}{
		{0, "a.tlv", "1", "a.tlv"},
		{0, "a.tlv", "1", "a.tlv"},
		{0, "a.tlv", "2", "a-2.tlv"},
		{0, "x/../a.tlv", "2", "a-2.tlv"},
		{0, "a.tlv", "3", "a-3.tlv"},
		{0, "trap.tlv", "precious", "trap-2.tlv"},
		{29, "a.tlv", "1", "29-a.tlv"},
		{29, "a.tlv", "2", "29-a-2.tlv"}, // of another capture
		{30, "../../outside", "4", "30-outside"},
		{31, "/etc/passwd\x00.tlv", "5", "31-passwd_.tlv"},
		{32, "..", "6", "32-unnamed"},
		{33, strings.Repeat("../", 2000) + strings.Repeat("n", 70000) + ".xml", "7", "33-" + strings.Repeat("n", maxFileName-4) + ".xml"},
	} {
		got, err := x.put(tt.frame, tt.name, []byte(tt.content))
		if err != nil || got != tt.want {
			t.Errorf("put(%q, %q) = %q, %v; want %q", tt.name, tt.content, got, err, tt.want)
		}
	}
	names(t, into, "29-a-2.tlv", "29-a.tlv", "30-outside", "31-passwd_.tlv", "32-unnamed", "33-"+strings.Repeat("n", maxFileName-4)+".xml",
		"a-2.tlv", "a-3.tlv", "a.tlv", "trap-2.tlv", "trap.tlv")
	if got, _ := os.ReadFile(outside); string(got) != "precious" {
		t.Errorf("outside is %q", got)
	}
}

func FuzzSafeName(f *testing.F) {
	for _, s := range []string{"a.tlv", "../x", "CON.txt", "\xff", strings.Repeat(".", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := safeName(s)
		if got == "" || len(got) > maxFileName+1 || !filepath.IsLocal(got) || filepath.Base(got) != got || strings.ContainsAny(got, "/\\:\x00\n\x1b") {
			t.Errorf("safeName(%q) = %q", s, got)
		}
	})
}
