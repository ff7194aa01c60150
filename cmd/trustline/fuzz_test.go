package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"trustline/report"
)

// fuzzMark parts the files of a case within one fuzz input. The octet behind it
// chooses the name: its low bits one of fuzzNames, its two high bits what is
// done with the file.
const fuzzMark = "\x00\xffFILE"

const (
	fuzzZip  = 0x80 // it is a member of case.zip
	fuzzGzip = 0x40 // it is compressed, with .gz behind its name
)

var fuzzNames = []string{
	"phone.pcap", "phone.pcap1", "server_00001_20140506070809.pcapng", "server_00002_20140506070909.pcapng",
	"phone-console.log", "SEP0011215A1AE3/console.log", "status.txt", "syslog.txt",
	"tvs00000001.txt", "tvs00000002.txt", "SDL001_100_000001.txt", "capf00000001.txt", "ctftp00000001.txt",
	"show-itl.txt", "show-ctl.txt", "case.facts",
	"ITLSEP0011215A1AE3.tlv", "CTLFile.tlv", "SEP0011215A1AE3.cnf.xml.sgn", "SEP0011215A1AE3.cnf.xml",
	"inner.zip", "node1/tvs.tar", "letter",
}

// fuzzCase joins files to one fuzz input. Their names decide about how they are
// called again.
func fuzzCase(flags byte, files map[string]string) []byte {
	var out []byte
	for i, name := range fuzzNames {
		if data, ok := files[name]; ok {
			out = append(out, fuzzMark...)
			out = append(out, byte(i)|flags)
			out = append(out, data...)
		}
	}
	return out
}

// unfuzzed writes the files of a fuzz input below dir.
func unfuzzed(t *testing.T, data []byte, dir string) {
	t.Helper()
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	members := 0
	for i, part := range bytes.Split(bytes.TrimPrefix(data, []byte(fuzzMark)), []byte(fuzzMark)) {
		if i == 8 { // more files make it slower, and nothing else
			break
		}
		kind := byte(0)
		if len(part) > 0 {
			kind, part = part[0], part[1:]
		}
		name := fuzzNames[int(kind&^(fuzzZip|fuzzGzip))%len(fuzzNames)]
		if kind&fuzzGzip != 0 {
			name, part = name+".gz", gzipped(t, part)
		}
		var err error
		if kind&fuzzZip != 0 {
			var w io.Writer
			if w, err = z.Create(name); err == nil {
				_, err = w.Write(part)
			}
			members++
		} else {
			path := filepath.Join(dir, filepath.FromSlash(name))
			if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
				err = os.WriteFile(path, part, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	err := z.Close()
	if err == nil && members > 0 {
		err = os.WriteFile(filepath.Join(dir, "case.zip"), archive.Bytes(), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// fuzzSeeds are cases of testdata, small enough for many runs a second.
func fuzzSeeds(f *testing.F) {
	read := func(name string, files ...string) map[string]string {
		out := map[string]string{}
		for i := 0; i < len(files); i += 2 {
			b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "cases", name, files[i]))
			if err != nil {
				f.Fatal(err)
			}
			out[files[i+1]] = string(b)
		}
		return out
	}
	same := func(names ...string) (out []string) {
		for _, n := range names {
			out = append(out, n, n)
		}
		return out
	}
	first := read("d13-first-list", same("phone.pcap")...)
	whole := read("d03-both-regenerated", append(same("phone.pcap", "phone-console.log", "show-itl.txt", "status.txt", "syslog.txt", "case.facts"),
		"held-itl.tlv", "ITLSEP0011215A1AE3.tlv", "tvs-cucm-a1.txt", "tvs00000001.txt")...)
	logs := read("d12-log-only", same("phone-console.log")...)
	f.Add(fuzzCase(0, first))
	f.Add(fuzzCase(0, whole))
	f.Add(fuzzCase(fuzzZip, whole))
	f.Add(fuzzCase(fuzzGzip, logs))
	f.Add(fuzzCase(fuzzZip|fuzzGzip, first))
	f.Add(fuzzCase(0, read("broken", "cut.pcap", "phone.pcap", "letter.txt", "letter", "random.bin", "inner.zip")))
	f.Add(fuzzCase(0, read("d07-capf-blocked", "phone-console.log", "SEP0011215A1AE3/console.log")))
	trace := read("d03-both-regenerated", "tvs-cucm-a1.txt", "tvs00000001.txt")
	trace["tvs00000002.txt"] = trace["tvs00000001.txt"][400:]
	f.Add(fuzzCase(0, trace))
	f.Add([]byte{})
}

// FuzzAnalyze sends whatever files through all of analyze: through the folder or
// the archive they are in, their decoders, the verdict, and every form of
// report. The run ends well or with "nothing to analyse", no decoder has a
// fault, the JSON follows its schema, nothing that a terminal or browser acts
// upon comes through, no file is left half-written; evidence and judge give the
// same report; pseudonyms leave no name of a phone.
func FuzzAnalyze(f *testing.F) {
	fuzzSeeds(f)
	schema := reportSchema(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
		for _, d := range []string{in, out} {
			if err := os.Mkdir(d, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		unfuzzed(t, data, in)
		run := func(args ...string) (stdout string, ran bool) {
			t.Helper()
			var b, said bytes.Buffer
			e := &env{stdin: strings.NewReader(""), stdout: &b, stderr: &said}
			root := newRoot(e)
			root.SetArgs(args)
			status := exitRan
			if err := root.ExecuteContext(context.Background()); err != nil {
				status = e.report(err)
			}
			if status != exitRan && (status != exitNothing || !strings.Contains(said.String(), "nothing to analyse")) {
				t.Errorf("%s ends with %d: %s", args[0], status, said.String())
			}
			harmless(t, args[0]+" to standard error", said.String())
			return b.String(), status == exitRan
		}
		write := func(name string, more ...string) (files map[string]string, ran bool) {
			t.Helper()
			args := append([]string{"analyze", in, "--verbose", "--format", "text"}, more...)
			exts := []string{"csv", "html", "json", "md", "txt"}
			for _, ext := range exts {
				args = append(args, "-o", filepath.Join(out, name+"."+ext))
			}
			text, ran := run(args...)
			files = map[string]string{}
			if ran {
				harmless(t, "text", text)
				for _, ext := range exts {
					b, err := os.ReadFile(filepath.Join(out, name+"."+ext))
					if err != nil {
						t.Fatal(err)
					}
					files[ext] = string(b)
					harmless(t, name+"."+ext, files[ext])
				}
				valid(t, schema, files["json"])
				if strings.Contains(files["json"], "a fault in trustline") {
					t.Errorf("a decoder has a fault: %s", files["json"])
				}
			}
			return files, ran
		}
		plain, ran := write("plain", "--packets", filepath.Join(out, "cited.pcapng"))
		hidden, again := write("hidden", "--redact", "--redact-map", filepath.Join(out, "map.tsv"))
		if ran != again {
			t.Errorf("with --redact it ran %v, else %v", again, ran)
		}
		if ran {
			for _, name := range phoneNames(t, plain["json"]) {
				for ext, text := range hidden {
					if strings.Contains(text, name) {
						t.Errorf("%q stands in the redacted %s", name, ext)
					}
				}
			}
			ndjson, _ := run("evidence", in)
			path := filepath.Join(dir, "case.ndjson")
			if err := os.WriteFile(path, []byte(ndjson), 0o600); err != nil {
				t.Fatal(err)
			}
			if judged, _ := run("judge", path, "--format", "json"); judged != plain["json"] {
				t.Errorf("evidence and judge differ from analyze at %s", firstDifference(judged, plain["json"]))
			}
		}
		left, err := os.ReadDir(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range left {
			if !ran || strings.HasSuffix(l.Name(), ".tmp") {
				t.Errorf("%s is left", l.Name())
			}
		}
	})
}

// phoneNames are the names of the phones of a report, as far as they name a
// device.
func phoneNames(t *testing.T, text string) []string {
	t.Helper()
	var r struct {
		Phones []struct{ Name, MAC *string }
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range r.Phones {
		if p.Name != nil && strings.HasPrefix(*p.Name, "SEP") && len(*p.Name) == len("SEP0011215A1AE3") && !slices.Contains(out, *p.Name) {
			out = append(out, *p.Name)
		}
	}
	return out
}

// reportSchema compiles the schema of the report.
func reportSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// valid fails when a report does not follow the schema.
func valid(t *testing.T, schema *jsonschema.Schema, text string) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("%#v", err)
	}
}
