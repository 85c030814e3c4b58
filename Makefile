# Everything that people, hooks and CI run. `make help` lists the targets.
# Needs Go and make; installs the rest into .tools/bin.

# Versions of tools: here and nowhere else.
GOLANGCI_VERSION := v2.15.0
STRINGER_VERSION := v0.52.0
NFPM_VERSION     := v2.43.0

# Knobs for the command line, e.g. `make fuzz FUZZTIME=5m PKGS=./packstream`.
PKGS      ?= ./...
FUZZTIME  ?= 20s
BENCH     ?= .
BENCHTIME ?= 1s
COUNT     ?= 1
CLIENTS   ?= all
KILL_ROUNDS ?= 100
ARGS      ?=
DIST      ?= dist
PEERS_DIR ?= bin/peers
PEERS_ARGS ?=
ARCHES    ?= amd64 arm64

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS   += --no-print-directory

TOOLS    := $(CURDIR)/.tools/bin
GOLANGCI := $(TOOLS)/golangci-lint
export PATH := $(TOOLS):$(PATH)

# Binaries are static. Only the race detector wants a C compiler.
export CGO_ENABLED := 0
BUILD = go build -trimpath -buildvcs=$(VCS)
VCS  := $(shell git rev-parse --verify -q HEAD >/dev/null 2>&1 && echo true || echo false)
CC   := $(shell go env CC)
HAVE_CC := $(shell echo 'int main(void){return 0;}' | $(CC) -x c - -o /dev/null 2>/dev/null && echo yes)
RACE := $(if $(HAVE_CC),-race)
RACE_NOTE := $(if $(RACE),with -race,WITHOUT -race: no C compiler found)

# Programs that the TLS acceptance list uses beside Go, as Debian names them.
TLS_PACKAGES := openssl gnutls-bin sslscan nmap testssl.sh

# What clients are built with, as Debian names it.
CLIENT_PACKAGES := nodejs npm python3-venv default-jdk-headless maven cargo gcc g++ cmake libssl-dev chromium

# The conformance tests run the built binary and have a step of their own.
UNIT = go list $(PKGS) | grep -v /conformance

.NOTPARALLEL:
.PHONY: help build run test race lint fmt generate fuzz fuzz-one bench bench-large conformance
.PHONY: reference peers clients clients-pages client-tools kill tls-check tls-tools dist check hooks tools clean
.PHONY: check-modules check-generated check-fix check-format check-builds
.PHONY: check-arch check-bench

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## all commands into ./bin
	$(BUILD) -o bin/ ./cmd/...

run: build ## build and start a TLS server on 127.0.0.1:7687, data in ./data
	mkdir -p data/tls data/log
	./bin/drawbolt --dev-certificate --bolt-cert-file=./data/tls/cert.pem --bolt-key-file=./data/tls/key.pem --bolt-address=127.0.0.1 --monitoring-address=127.0.0.1 --metrics-address=127.0.0.1 --data-directory=./data/store --log-file=./data/log/drawbolt.log $(ARGS)

test: ## unit tests, without the race detector
	go test -shuffle=on $$($(UNIT))

race: ## unit tests with -race where a C compiler is there
	@echo 'race: tests $(RACE_NOTE)'
	CGO_ENABLED=$(if $(RACE),1,0) go test $(RACE) -shuffle=on $$($(UNIT))

lint: $(GOLANGCI) ## golangci-lint as in .golangci.yml
	$(GOLANGCI) config verify
	$(GOLANGCI) run $(PKGS)

fmt: $(GOLANGCI) ## format the tree
	$(GOLANGCI) fmt

generate: $(TOOLS)/stringer ## run every go:generate line
	go generate $(PKGS)

# Targets are found, not listed. Each package is compiled once for the list.
# Go before 1.27 may report the end of FUZZTIME itself as a failure that names
# only the deadline (go.dev/issue/75804); a finding names its input or the test.
FUZZ_END = ! grep -qE 'Failing input|panic|_test\.go:' $$log && grep -q '^ *context deadline exceeded$$' $$log

fuzz: ## each fuzz target for FUZZTIME, two at a time
	@for pkg in $$($(UNIT)); do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do echo "$$pkg $$target"; done; \
	done | xargs -P 2 -L 1 sh -c '$(MAKE) fuzz-one PKG=$$0 TARGET=$$1 || exit 255'

fuzz-one:
	@log=$$(mktemp); trap "rm -f $$log" EXIT; \
	echo "go test -run='^$$' -fuzz='^$(TARGET)\$$' -fuzztime=$(FUZZTIME) -parallel=1 $(PKG)"; \
	go test -run='^$$' -fuzz="^$(TARGET)\$$" -fuzztime=$(FUZZTIME) -parallel=1 $(PKG) > $$log 2>&1 || { $(FUZZ_END) || { cat $$log; exit 1; }; }; \
	tail -2 $$log

bench-large: ## recovery of 10 million nodes and 50 million relationships; needs 8 GiB
	DRAWBOLT_LARGE_NODES=10000000 go test -run='^$$' -bench='^BenchmarkRecoverLarge$$' -benchtime=1x ./storage

bench: ## benchmarks, with ratios to a bare echo server
	go test -run='^$$' -bench='$(BENCH)' -benchtime=$(BENCHTIME) -count=$(COUNT) -benchmem $(PKGS)

conformance: tls-tools $(TOOLS)/nfpm ## the built binary under real clients
	go test -count=1 $$(go list ./conformance/... | grep -v conformance/tls)
	$(ACCEPTANCE)

kill: ## kill the built binary 100 times under load and look for what is lost
	DRAWBOLT_KILL_ROUNDS=$(KILL_ROUNDS) go test -count=1 -timeout=30m -v -run TestKill ./conformance/transactions | grep -v '^ *=== '

# Prints the table of the list and what went wrong, not the progress.
ACCEPTANCE = go test -count=1 -timeout=20m -v ./conformance/tls | grep -v '^ *=== '

reference: ## the same tests against a real Neo4j; needs Java and Maven
	DRAWBOLT_REFERENCE=1 go test -count=1 -v -run Reference ./conformance/...

peers: ## boltbench against servers that install from registries; results in PEERS_DIR
	mkdir -p $(PEERS_DIR)
	DRAWBOLT_PEERS=1 DRAWBOLT_REFERENCE=1 DRAWBOLT_PEERS_DIR=$(abspath $(PEERS_DIR)) DRAWBOLT_PEERS_ARGS='$(PEERS_ARGS)' go test -count=1 -timeout=60m -v ./conformance/peers | grep -v '^ *=== '

clients: client-tools ## every client of conformance/clients; builds what it needs
	DRAWBOLT_CLIENTS='$(CLIENTS)' go test -count=1 -timeout=90m -v ./conformance/clients | grep -v '^ *=== '

# As with tls-tools, a client whose tools are missing is printed as not run.
client-tools:
	@missing=; for p in node npm python3 java javac mvn cargo gcc g++ cmake chromium; do command -v $$p >/dev/null || missing="$$missing $$p"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; echo "missing:$$missing"; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $(CLIENT_PACKAGES); } || echo 'not installed; the clients that need them do not run'; \
	fi

# Pages below conformance/clients whose tables are results.
clients-pages: ## write the compatibility and troubleshooting pages
	DRAWBOLT_CLIENTS_WRITE=1 $(MAKE) clients CLIENTS=all

tls-check: tls-tools ## the TLS acceptance list, with five minutes of random bytes
	go test -count=1 ./tls/... ./server/ws ./conformance/ws
	DRAWBOLT_TLS_ROUNDS=5 $(ACCEPTANCE)

# Without root or apt-get the rows that need them are printed as not run.
tls-tools:
	@missing=; for p in openssl gnutls-cli sslscan nmap testssl; do command -v $$p >/dev/null || missing="$$missing $$p"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; echo "missing:$$missing"; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $(TLS_PACKAGES); } || echo 'not installed; the rows that need them do not run'; \
	fi

# Archives and packages for each of ARCHES in DIST. The documents come from a
# binary for this machine.
VERSION = $(shell sed -n 's/^const version = "\(.*\)"/\1/p' cmd/drawbolt/version.go)

dist: $(TOOLS)/nfpm ## release archives, Debian packages and checksums in DIST
	rm -rf $(DIST)
	mkdir -p $(DIST)
	$(BUILD) -ldflags='-s -w' -o $(DIST)/own ./cmd/drawbolt
	for arch in $(ARCHES); do \
	  stage=$(DIST)/drawbolt-$(VERSION)-linux-$$arch; \
	  GOOS=linux GOARCH=$$arch $(BUILD) -ldflags='-s -w' -o $$stage/ ./cmd/...; \
	  $(DIST)/own --print-document=config >$$stage/drawbolt.conf; \
	  $(DIST)/own --print-document=bash-completion >$$stage/drawbolt.bash; \
	  $(DIST)/own --print-document=manual | gzip -9n >$$stage/drawbolt.8.gz; \
	  cp LICENSE README.md CHANGELOG.md cmd/drawbolt/FLAGS.md cmd/drawbolt/packaging/drawbolt.service $$stage/; \
	  ARCH=$$arch VERSION=$(VERSION) STAGE=$$stage $(TOOLS)/nfpm package -f cmd/drawbolt/packaging/nfpm.yaml -p deb -t $(DIST)/; \
	  tar -C $(DIST) -czf $$stage.tar.gz $$(basename $$stage); \
	  rm -r $$stage; \
	done
	rm $(DIST)/own
	cd $(DIST) && sha256sum *.tar.gz *.deb >SHA256SUMS

# Cheap first; make stops at the first failure.
check: check-modules check-generated check-fix check-format check-builds ## all that CI runs
	@$(MAKE) lint
	@$(MAKE) race
	@$(MAKE) check-arch
	@$(MAKE) fuzz
	@$(MAKE) check-bench
	@$(MAKE) conformance

check-modules:
	go mod tidy -diff
	go mod verify

# Compares file sums, so that it also works with uncommitted work around it.
check-generated: $(TOOLS)/stringer
	@sums() { find . -name .tools -prune -o -name .git -prune -o \( -name '*.go' -o -name '*.md' \) -print0 | sort -z | xargs -0 sha256sum; }; \
	before=$$(sums); set -x; go generate ./...; { set +x; } 2>/dev/null; \
	diff <(echo "$$before") <(sums) || { echo 'generated files are stale: run make generate and commit'; exit 1; }

check-fix:
	go fix -diff ./...

check-format: $(GOLANGCI)
	$(GOLANGCI) fmt --diff

# As for the packages, which the conformance tests build.
check-builds:
	GOOS=linux GOARCH=amd64 go build -trimpath ./...
	GOOS=linux GOARCH=arm64 go build -trimpath ./...

# Never from the test cache: the test asks `go list` about new files.
check-arch:
	go test -count=1 -run='^TestArchitecture' ./conformance

# With the tests that count allocations, which the race detector disturbs.
check-bench:
	go test -run=Allocations -bench=. -benchtime=1x ./...

hooks: ## install the pre-commit hook
	install -m 755 .ci/pre-commit "$$(git rev-parse --git-path hooks)/pre-commit"

tools: $(GOLANGCI) $(TOOLS)/stringer $(TOOLS)/nfpm ## install the tools

clean: ## remove what builds made; data stays
	rm -rf bin dist .tools

# A tool is installed again when its version above changes.
$(GOLANGCI): $(TOOLS)/.golangci-lint-$(GOLANGCI_VERSION)
$(TOOLS)/.golangci-lint-%:
	@echo "installing golangci-lint $* (some minutes, once)"
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$*
	@rm -f $(TOOLS)/.golangci-lint-*; touch $@

$(TOOLS)/stringer: $(TOOLS)/.stringer-$(STRINGER_VERSION)
$(TOOLS)/.stringer-%:
	GOBIN=$(TOOLS) go install golang.org/x/tools/cmd/stringer@$*
	@rm -f $(TOOLS)/.stringer-*; touch $@

$(TOOLS)/nfpm: $(TOOLS)/.nfpm-$(NFPM_VERSION)
$(TOOLS)/.nfpm-%:
	@echo "installing nfpm $* (some minutes, once)"
	GOBIN=$(TOOLS) go install github.com/goreleaser/nfpm/v2/cmd/nfpm@$*
	@rm -f $(TOOLS)/.nfpm-*; touch $@
