package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecurityPage: every test, script, file and constant that SECURITY.md names
// is there, and every promise names a test.
func TestSecurityPage(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(text, -1) {
			tests[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile("`([^`\n]+)`")
	_, promises, found := strings.Cut(string(page), "## What is promised")
	if !found {
		t.Fatal("no promises")
	}
	for _, section := range strings.Split(promises, "\n### ")[1:] {
		title, _, _ := strings.Cut(section, "\n")
		shown := 0
		for _, m := range quoted.FindAllStringSubmatch(section, -1) {
			if name := m[1]; regexp.MustCompile(`^(Test|Fuzz)[A-Z]`).MatchString(name) {
				if shown++; !tests[name] {
					t.Errorf("%s: there is no %s", title, name)
				}
			} else if strings.Contains(name, "/") && name != "net/http" && name != "os/exec" && name != "crypto/tls" && name != "testdata/fuzz" {
				if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name))); err != nil {
					t.Errorf("%s: %v", title, err)
				}
			}
		}
		if shown == 0 {
			t.Errorf("%q names no test", title)
		}
	}
	constants := regexp.MustCompile("((?:`\\w+`, )*`\\w+`) in `([^`]+)`")
	rows := 0
	for _, m := range constants.FindAllStringSubmatch(promises, -1) {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(m[2])))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, name := range quoted.FindAllStringSubmatch(m[1], -1) {
			if rows++; !regexp.MustCompile(`(?m)^\s*(?:const )?` + name[1] + `\s+= `).Match(text) {
				t.Errorf("%s defines no %s", m[2], name[1])
			}
		}
	}
	if rows < 20 {
		t.Errorf("%d constants", rows)
	}
}
