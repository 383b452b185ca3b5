# The developer's index. `make demo` and `make test` need git, make and Python 3.11 or 3.12 with venv, nothing else.
# Everything is installed into .venv, at the versions and hashes of the lock files.

# Override with `make PYTHON=/where/it/is/python3.12 …`; anything that is not 3.11 or 3.12 is passed over.
PYTHON ?= python3.12 python3.11 python3 python
JOBS ?= 2
ARGS ?=
KEEP ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input install
# Run, not only found: a name in PATH may be a shim without a Python behind it, or a Python without venv.
FITS := import sys, ensurepip, sqlite3, ssl, venv; \
	(3, 11) <= sys.version_info[:2] <= (3, 12) or sys.exit(1); print(sys.executable)

# What the caller's shell holds for other programs must not reach ours.
unexport PYTHONPATH PYTHONHOME MULIN_HOME

.DEFAULT_GOAL := help
.PHONY: help demo bench bench-baseline bench-instructions test sweep kill simulate simulate-fresh ballots lint fmt types contracts check pages locks clean

help:
	@echo 'make demo       三个乡镇的演示 · three townships, one ledger (KEEP=1: 结束后保持运行 · leave them running)'
	@echo 'make test       全部测试 · the whole test suite (ARGS=…: 传给 pytest · passed to pytest)'
	@echo 'make bench      测量本机：两个节点的速度、流量、内存 · measure this machine (ARGS="--cases 2000 --runs 1")'
	@echo 'make bench-instructions  数指令，不受其他程序影响 · count instructions, whatever else runs'
	@echo 'make bench-baseline  重写对照结果 · write the baseline anew'
	@echo 'make check      提交前的全部检查 · all that must pass: lint types contracts test'
	@echo 'make sweep      费时的测试 · the tests that take minutes'
	@echo 'make simulate   一夜的模拟（SEEDS=1..10000） · a night of simulations: every scenario, many seeds'
	@echo 'make simulate-fresh  每个情景几个新种子 · a few seeds nobody tried, for every scenario'
	@echo 'make ballots    两万次表决的经过 · twenty thousand walks of votes'
	@echo 'make kill       反复强杀两个节点（各 200 次） · two nodes killed 200 times, twice'
	@echo 'make fmt        整理格式 · lay the code out'
	@echo 'make pages      重写种类对照表和测试向量 · write the page of kinds and the vectors anew'
	@echo 'make locks      重写锁定文件 · write the lock files anew from pyproject.toml'
	@echo 'make clean      删除环境与缓存 · remove the environment and all caches'

demo: .venv/.runtime
	@$(BIN)/mulin demo run $(if $(filter 1,$(KEEP)),--keep)

bench: .venv/.runtime
	@$(BIN)/mulin bench $(ARGS)

# To be made on a machine at rest; what changes against it is what `make bench` shows from then on.
bench-baseline: .venv/.runtime
	@$(BIN)/mulin bench --only cold,diff,noop,live,busy,start,lines,instructions --json $(ARGS) >.baseline.json
	@mv .baseline.json node/bench/baseline.json

bench-instructions: .venv/.runtime
	@$(BIN)/mulin bench --instructions $(ARGS)

test: .venv/.dev
	@echo '== 测试 · tests'
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m 'not slow' $(ARGS)

sweep: .venv/.dev
	@echo '== 费时的测试 · slow tests'
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m slow $(ARGS)

kill: .venv/.dev
	@echo '== 强杀 · kills'
	@$(BIN)/python -m pytest -q -m slow tests/node/test_kill_loop.py $(ARGS)

SEEDS ?= 1..10000
simulate: .venv/.runtime
	@$(BIN)/mulin simulate sweep --seeds $(SEEDS) $(ARGS)

# Votes, cuts, restores and a township that votes twice, at 2 … 7 members: so many walks.
BALLOTS ?= 20000
ballots: .venv/.dev
	@echo '== 表决 · ballots'
	@MULIN_BALLOTS=$(BALLOTS) $(BIN)/python -m pytest -q tests/crdt/test_ballot.py -k walk $(ARGS)

# Drawn anew each time and printed, so that what they find can be found again.
FRESH ?= 6
simulate-fresh: .venv/.runtime
	@first=$$(od -An -N4 -tu4 /dev/urandom | tr -d ' '); last=$$((first + $(FRESH) - 1)); \
	echo "== 新种子 · fresh seeds $$first..$$last"; \
	$(BIN)/mulin simulate sweep --seeds $$first..$$last --workers $(JOBS) $(ARGS)

lint: .venv/.dev
	@echo '== 代码规范 · lint'
	@$(BIN)/ruff check -q --output-format concise .
	@$(BIN)/ruff format -q --check .

fmt: .venv/.dev
	@$(BIN)/ruff check -q --fix . || true
	@$(BIN)/ruff format -q .

types: .venv/.dev
	@echo '== 类型 · types'
	@$(BIN)/mypy

contracts: .venv/.dev
	@echo '== 依赖方向 · import contracts'
	@$(BIN)/lint-imports --no-logo --no-cache

check: lint types contracts test

# --- the environment --------------------------------------------------------------------------------------

.venv/.made:
	@for name in $(PYTHON); do \
		found=$$("$$name" -c '$(FITS)' 2>/dev/null) && break; found=; \
	done; \
	if [ -z "$$found" ]; then \
		echo '没有找到带 venv 的 Python 3.11 或 3.12，请安装其中之一。' \
			'· No Python 3.11 or 3.12 with venv was found; please install one of them.' >&2; \
		exit 1; \
	fi; \
	echo "== 新建环境 · new environment: $$found"; \
	"$$found" -m venv --clear .venv
	@touch $@

.venv/.runtime: .venv/.made requirements.lock pyproject.toml
	@echo '== 安装运行所需 · installing what mulin needs'
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-index --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	@echo '== 安装测试所需 · installing what the tests need'
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# The settings of this machine's pip stay out: a lock holds what the public index has, and no address.
LOCK := env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	.venv-locks/bin/pip-compile --no-config -q --generate-hashes --strip-extras --allow-unsafe \
	--unsafe-package none --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
	--no-annotate --no-header --newline lf --build-deps-for wheel

# What is derived from declarations and kept in the repository, so that people read it where they look.
pages: .venv/.dev
	@$(BIN)/python -m tests.support.mechanisms >.pages.md && mv .pages.md crdt/KINDS.md
	@$(BIN)/python -m tests.vectors.make

locks: .venv/.made
	@$(BIN)/python -m venv .venv-locks
	@.venv-locks/bin/python -m pip -qq --disable-pip-version-check install pip-tools==7.6.2
	@echo '== requirements.lock'
	@$(LOCK) -o requirements.lock pyproject.toml
	@echo '== requirements-dev.lock'
	@$(LOCK) --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	@rm -rf .venv-locks

clean:
	@rm -rf .venv .venv-locks mulin.egg-info build dist .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis
	@find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
