package html_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	stdhtml "html"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/report"
)

// pictures makes the pictures of README.md anew:
//
//	go test ./report/html -run TestReadmePictures -pictures ../../testdata/readme
var pictures = flag.String("pictures", "", "write the pictures of README.md to `DIR`")

// maxPicture is what one of them may take.
const maxPicture = 150_000

// TestReadmePictures makes the pictures when they are wanted, and else checks
// that they are there and small.
func TestReadmePictures(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "readme")
	if *pictures != "" {
		dir = *pictures
		shoot(t, dir)
	}
	for _, name := range []string{"report.png", "timeline.png", "terminal.png"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.DecodeConfig(bytes.NewReader(data)); err != nil || len(data) > maxPicture {
			t.Errorf("%s: %d bytes (%v)", name, len(data), err)
		}
	}
}

func shoot(t *testing.T, dir string) {
	b := open(t)
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	page, data := filepath.Join(t.TempDir(), "page.html"), filepath.Join(t.TempDir(), "report.json")
	cmd := exec.Command("go", "run", "./cmd/trustline", "analyze", "--quiet", "-o", page, "-o", data, "testdata/cases/both-regenerated",
		"--fact", "cucm-version=9.1", "--fact", "drs-backup=yes")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	crop := func(name string, p *tab, area string) {
		t.Helper()
		var r struct{ X, Y, Width, Height float64 }
		p.eval(area, &r)
		small(t, filepath.Join(dir, name), p.bytes("Page.captureScreenshot", object{"format": "png", "captureBeyondViewport": true,
			"clip": object{"x": r.X, "y": r.Y, "width": r.Width, "height": r.Height, "scale": 1}}))
	}
	p := b.tab(t, 1100, 900, "light", true)
	p.open(page)
	crop("report.png", p, `({X: 0, Y: 0, Width: 1100, Height: Math.round([...document.querySelectorAll("details.phone h4")].find(h => h.textContent === "Timeline").getBoundingClientRect().top - 4)})`)
	crop("timeline.png", p, `(() => { const r = document.querySelector("details.phone figure").getBoundingClientRect(); return {X: r.x - 8, Y: r.y + scrollY - 4, Width: r.width + 16, Height: r.height + 8}; })()`)

	raw, err := os.ReadFile(data)
	if err != nil {
		t.Fatal(err)
	}
	var r correlate.Report
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := report.Terminal(&text, &r, report.Options{Width: 92, Color: true}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text.String(), "\n")
	screen := filepath.Join(t.TempDir(), "screen.html")
	if err := os.WriteFile(screen, []byte(screenPage(strings.Join(lines[:min(44, len(lines))], "\n"))), 0o600); err != nil {
		t.Fatal(err)
	}
	p = b.tab(t, 900, 900, "light", true)
	p.open(screen)
	crop("terminal.png", p, `(() => { const r = document.querySelector("pre").getBoundingClientRect(); return {X: 0, Y: 0, Width: Math.ceil(r.right), Height: Math.ceil(r.bottom)}; })()`)
}

// screenPage shows what a terminal does with the sequences of report.Terminal.
func screenPage(text string) string {
	style := map[string]string{"1": "font-weight:bold", "2": "opacity:.65", "4": "text-decoration:underline", "31": "color:#ff7b72", "32": "color:#56d364", "33": "color:#e3b341", "36": "color:#76e3ea"}
	var b strings.Builder
	fmt.Fprint(&b, `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>terminal</title></head><body style="margin:0;background:#0d1117"><pre style="margin:0;padding:14px 18px;display:inline-block;color:#e6edf3;font:13px/1.35 'DejaVu Sans Mono',monospace">`)
	for i, part := range strings.Split(text, "\x1b[") {
		if i > 0 {
			codes, rest, _ := strings.Cut(part, "m")
			part = rest
			fmt.Fprint(&b, "</span><span style=\"")
			for code := range strings.SplitSeq(codes, ";") {
				fmt.Fprint(&b, style[code], ";")
			}
			fmt.Fprint(&b, "\">")
		} else {
			fmt.Fprint(&b, "<span>")
		}
		fmt.Fprint(&b, stdhtml.EscapeString(part))
	}
	return b.String() + "</span></pre></body></html>"
}

// vivid weighs a colour: those that stand out are few and must not turn grey.
func vivid(c color.Color, n int) int {
	r, g, b, _ := c.RGBA()
	return n * (1 + int(max(r, g, b)-min(r, g, b))>>9)
}

// small writes a picture with a palette of its most frequent colours.
func small(t *testing.T, path string, data []byte) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	box := img.Bounds()
	n := map[color.Color]int{}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			n[img.At(x, y)]++
		}
	}
	colours := make([]color.Color, 0, len(n))
	for c := range n {
		colours = append(colours, c)
	}
	slices.SortFunc(colours, func(a, b color.Color) int {
		if va, vb := vivid(a, n[a]), vivid(b, n[b]); va != vb {
			return vb - va
		}
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	out := image.NewPaletted(box, color.Palette(colours[:min(128, len(colours))]))
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			out.Set(x, y, img.At(x, y))
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, out); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
