#!/usr/bin/env node
// In the repository the build makes what this runs, later than npm looks for programs.
import '../dist/bin/chat-faults.js';
