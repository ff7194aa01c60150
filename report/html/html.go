package html

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"sync"
	"time"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// Options of HTML.
type Options struct {
	Title     string         // the case, e.g. its number; shown beside the name of the page
	Generated string         // when it was written, as the caller prints it; "" leaves it out
	Command   string         // the command line, redacted as the report is; "" leaves it out
	Zone      *time.Location // in which times are shown; nil is UTC
	MaxBytes  int            // size of the page; 0 is DefaultMaxBytes
}

//go:embed page/*
var files embed.FS

// assets are the parts that every page shares, read once.
type assets struct {
	tmpl   *template.Template
	style  template.CSS // our own files: the only text that is not escaped
	script template.JS
	policy template.HTMLAttr
}

var load = sync.OnceValues(func() (*assets, error) {
	t, err := template.New("page").Funcs(template.FuncMap{
		"sub":    func(a, b int) int { return a - b },
		"plural": view.Plural,
	}).ParseFS(files, "page/*.tmpl")
	if err != nil {
		return nil, err
	}
	style, err := fs.ReadFile(files, "page/style.css")
	if err != nil {
		return nil, err
	}
	script, err := fs.ReadFile(files, "page/script.js")
	if err != nil {
		return nil, err
	}
	return &assets{
		tmpl: t, style: template.CSS(style), script: template.JS(script),
		// Unescaped, so that gateways which look for the words find them.
		policy: template.HTMLAttr(fmt.Sprintf(`content="default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'"`, hash(style), hash(script))),
	}, nil
})

// hash is a source expression of a Content-Security-Policy.
func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// HTML writes the report as one page.
func HTML(w io.Writer, r *correlate.Report, o Options) error {
	a, err := load()
	if err != nil {
		return fmt.Errorf("report/html: %w", err)
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	plan := newPlan(r, o.MaxBytes)
	var b bytes.Buffer
	for {
		b.Reset()
		if err := a.tmpl.ExecuteTemplate(&b, "page.tmpl", newPage(a, r, plan, o)); err != nil {
			return fmt.Errorf("report/html: %w", err)
		}
		if !plan.reduce(b.Len(), o.MaxBytes) {
			break
		}
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("report/html: %w", err)
	}
	return nil
}
