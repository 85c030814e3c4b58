package monitor

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// headerTimeout and headerBytes bound a request; net/http allows 4 KiB more.
	headerTimeout = 5 * time.Second
	headerBytes   = 4 << 10
	// answerTimeout bounds the answer to a scraper that does not read.
	answerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	// scrapes bounds how many pages are made at a time.
	scrapes = 4
)

// Handler serves the metrics of r and health on a mux of its own. ready says why
// the server does not serve, or nil; it may be called at any time.
func Handler(r *Registry, ready func() error) http.Handler {
	mux := http.NewServeMux()
	metrics := promhttp.HandlerFor(r.registry, promhttp.HandlerOpts{
		EnableOpenMetrics: true, MaxRequestsInFlight: scrapes,
	})
	health := func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok\n") }
	readiness := func(w http.ResponseWriter, _ *http.Request) {
		if err := ready(); err != nil {
			answer(w, http.StatusServiceUnavailable, err.Error()+"\n")
			return
		}
		answer(w, http.StatusOK, "ok\n")
	}
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /health", health)
	mux.HandleFunc("GET /healthz", health)
	mux.HandleFunc("GET /ready", readiness)
	mux.HandleFunc("GET /readyz", readiness)
	return mux
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(text)) //nolint:errcheck // a prober that has gone does not mind
}

// Serve serves a handler on l until ctx ends, and closes l. It returns nil then.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	s := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: headerTimeout, WriteTimeout: answerTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: headerBytes, ErrorLog: nil,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() {
		s.Close() //nolint:errcheck // Serve reports
	})
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
