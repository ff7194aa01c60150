package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trustline/testdata/lab/play"
)

// TestBundle: what the archive of an administrator gives is what the unpacked
// folder gives, but for the names of the inputs. The archive holds trace folders
// of three nodes, each trace in several parts, a problem report of a phone, the
// consoles of others, and a capture in three parts.
func TestBundle(t *testing.T) {
	pack, err := play.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	archive, folder := filepath.Join(dir, "case.zip"), filepath.Join(dir, "case")
	if err := os.WriteFile(archive, pack.Zip, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, data := range pack.Files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	zipped, unpacked := analyzed(t, archive), analyzed(t, folder)
	if got := strings.ReplaceAll(zipped, "case.zip!/", ""); got != unpacked {
		t.Errorf("the report of the archive differs at %s", firstDifference(got, unpacked))
	}

	var report struct {
		Phones []struct {
			Name    string
			Verdict struct{ Class, Primary string }
		}
	}
	if err := json.Unmarshal([]byte(zipped), &report); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range report.Phones {
		seen[p.Name] = true
	}
	for name := range pack.Story.Truth {
		if !seen[name] {
			t.Errorf("the report has no phone %s", name)
		}
	}
}

// analyzed is the JSON report of one path.
func analyzed(t *testing.T, path string) string {
	t.Helper()
	e := quietEnv()
	var out bytes.Buffer
	e.stdout = &out
	root := newRoot(e)
	root.SetArgs([]string{"analyze", "--format", "json", path})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// firstDifference shows where two texts part.
func firstDifference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	part := func(s string) string { return s[max(0, i-120):min(len(s), i+120)] }
	return "\n" + part(a) + "\nand\n" + part(b)
}
