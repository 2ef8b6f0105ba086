#!/usr/bin/env node
// Committed, so that package managers can link it before the build.
import '../dist/ztkit.js';
