package load

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Sources says what may be loaded. The zero Sources refuses everything.
type Sources struct {
	// Directory is where files must be, links followed; "" for no files.
	Directory string
	// Addresses are the beginnings of the http and https addresses that may be
	// loaded, such as https://example.org/data/. A host must be whole, and what
	// a server redirects to must be allowed too.
	Addresses []string
}

// A Document is something to load. It must be closed.
type Document struct {
	// Name is the path of a file, or an address.
	Name string

	reader  *bufio.Reader
	closers []io.Closer
}

// Read reads the content, decompressed and without a byte-order mark.
func (d *Document) Read(p []byte) (int, error) { return d.reader.Read(p) }

// Close frees what the document holds.
func (d *Document) Close() error {
	var errs []error
	for _, c := range slices.Backward(d.closers) {
		errs = append(errs, c.Close())
	}
	d.closers = nil
	return errors.Join(errs...)
}

// Open opens a document by its address: file:///name, http://…, https://… or a
// path alone, which names a file too. An error is an [*Error].
func (s *Sources) Open(ctx context.Context, address string) (*Document, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, &Error{URL: address, Reason: "it is no URL", Err: err}
	}
	var d *Document
	switch u.Scheme {
	case "http", "https":
		d, err = s.fetch(ctx, u)
	case "file":
		switch {
		case u.Host != "":
			return nil, &Error{URL: address, Reason: "file URL may not contain an authority section (i.e. it should be 'file:///')"}
		case u.RawQuery != "":
			return nil, &Error{URL: address, Reason: "file URL may not contain a query component"}
		}
		d, err = s.file(u.Path)
	case "":
		d, err = s.file(address)
	default:
		return nil, &Error{URL: address, Reason: "loading by " + u.Scheme + " is not possible"}
	}
	if err == nil {
		err = d.decode()
	}
	if err != nil {
		refused := &Error{}
		if !errors.As(err, &refused) {
			refused = &Error{Reason: "Couldn't load the external resource", Err: err}
		}
		refused.URL = address
		return nil, refused
	}
	return d, nil
}

// file opens a file below the directory. A path of the file system that leads
// there will do.
func (s *Sources) file(path string) (*Document, error) {
	if s.Directory == "" {
		return nil, &Error{Reason: "loading files is switched off: --load-csv-directory names no directory"}
	}
	root, err := os.OpenRoot(s.Directory)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	path = filepath.Clean("/" + filepath.FromSlash(path))
	if inside, ok := strings.CutPrefix(path, filepath.Clean(s.Directory)+string(filepath.Separator)); ok {
		path = inside
	}
	name := strings.TrimPrefix(path, "/")
	f, err := root.Open(name)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("load: %w", err), root.Close())
	}
	d := &Document{Name: filepath.Join(s.Directory, name), closers: []io.Closer{root, f}, reader: newBuffer(f)}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(&Error{Reason: "it is no file", Err: err}, d.Close())
	}
	return d, nil
}

func newBuffer(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 64<<10) }

// The limits of a request.
const (
	headerTimeout = 30 * time.Second
	maxRedirects  = 5
)

func (s *Sources) fetch(ctx context.Context, u *url.URL) (*Document, error) {
	if !s.allowed(u) {
		return nil, &Error{Reason: "the address does not begin as one of --load-csv-addresses"}
	}
	transport := &http.Transport{ResponseHeaderTimeout: headerTimeout, DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment}
	client := &http.Client{Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects || !s.allowed(r.URL) {
			return &Error{Reason: "it redirects to an address that is not among those that may be loaded"}
		}
		return nil
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, errors.Join(&Error{Reason: "the server answered " + response.Status}, response.Body.Close())
	}
	return &Document{Name: u.String(), reader: newBuffer(response.Body), closers: []io.Closer{response.Body}}, nil
}

// allowed reports whether an address begins as one of those that may be loaded:
// the same scheme and host, and a path below.
func (s *Sources) allowed(u *url.URL) bool {
	for _, text := range s.Addresses {
		a, err := url.Parse(text)
		if err != nil || !strings.EqualFold(a.Scheme, u.Scheme) || !strings.EqualFold(a.Host, u.Host) || u.User != nil {
			continue
		}
		below := strings.TrimSuffix(a.Path, "/") + "/"
		if path := u.JoinPath().Path; a.Path == path || strings.HasPrefix(path+"/", below) {
			return true
		}
	}
	return false
}

// decode prepares the content: it may be compressed, and begin with a
// byte-order mark.
func (d *Document) decode() error {
	if magic, _ := d.reader.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(d.reader)
		if err != nil {
			return errors.Join(fmt.Errorf("load: %w", err), d.Close())
		}
		d.closers = append(d.closers, z)
		d.reader = newBuffer(z)
	}
	const mark = "\xef\xbb\xbf"
	if start, _ := d.reader.Peek(len(mark)); string(start) == mark {
		if _, err := d.reader.Discard(len(mark)); err != nil {
			return errors.Join(fmt.Errorf("load: %w", err), d.Close())
		}
	}
	return nil
}
