package intake

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"testing"
	"time"
)

// TestHints: the layouts are those of RTMT, DIME and the phones' web pages.
func TestHints(t *testing.T) {
	for name, want := range map[string]Hints{
		"cucm-pub/2014-05-06_07-08-09/cm/trace/tvs/sdi/tvs00000001.txt":       {Node: "cucm-pub", Service: "tvs", Date: "2014-05-06"},
		"b.zip!/10.1.1.10/2014-05-06_07-08-09/cm/trace/ccm/sdl/SDL001.txt.gz": {Node: "10.1.1.10", Service: "ccm", Date: "2014-05-06"},
		"node2/cm/trace/ctftp/sdi/ctftp00000012.txt":                          {Node: "node2", Service: "ctftp"},
		"capf00000003.txt":                                     {Service: "capf"},
		"SDL001_100_000042.txt.gzo":                            {Service: "ccm"},
		"prt-20190203-112233-a1b2c3d4e5f6.tar.gz!/show-output": {Phone: "SEPA1B2C3D4E5F6", Date: "2019-02-03"},
		"probrep-20190203-112233.tar.gz!/log":                  {Date: "2019-02-03"},
		"CTLSEP0011223344AA.tlv":                               {Phone: "SEP0011223344AA"},
		"SEP0011223344AABB":                                    {},
		"cm/trace":                                             {},
		"notes.txt":                                            {},
	} {
		if got := hintsOf(name); got != want {
			t.Errorf("hintsOf(%q) = %+v, want %+v", name, got, want)
		}
	}
}

// TestModified is the time that a phone's problem report keeps.
func TestModified(t *testing.T) {
	path := put(t, t.TempDir(), "prt-log.tar", tarOf(t, entry{"x", ""}))
	err := List([]string{path}, Options{}).Walk(context.Background(), func(in Input) error {
		defer in.Done()
		if want := time.Date(2014, 5, 6, 7, 8, 9, 0, time.UTC); !in.Hints.Modified.Equal(want) {
			t.Errorf("modified %v, want %v", in.Hints.Modified, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCompressed: the time in the head of gzip is that of the file, in a folder
// as in an archive; those of members that a person packed are of nobody's interest.
func TestCompressed(t *testing.T) {
	at := time.Date(2014, 5, 6, 7, 8, 9, 0, time.UTC)
	packed := func(m time.Time) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.ModTime = m
		if _, err := z.Write([]byte("text\n")); err != nil || z.Close() != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	dir := t.TempDir()
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	for name, text := range map[string]string{"a.gz": packed(at), "c": "text"} {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Modified: at.AddDate(1, 0, 0)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	got := map[string]time.Time{}
	paths := []string{put(t, dir, "a.gz", []byte(packed(at))), put(t, dir, "b.gz", []byte(packed(time.Time{}))), put(t, dir, "x.zip", zipped.Bytes()), put(t, dir, "y.tar", tarOf(t, entry{"d", "text"}))}
	err := List(paths, Options{}).Walk(context.Background(), func(in Input) error {
		defer in.Done()
		got[in.Name] = in.Hints.Modified
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]time.Time{"a.gz": at, "b.gz": {}, "x.zip!/a.gz": at, "x.zip!/c": {}, "y.tar!/d": {}}
	for name, m := range want {
		if !got[name].Equal(m) {
			t.Errorf("%s: %v, want %v", name, got[name], m)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
}
