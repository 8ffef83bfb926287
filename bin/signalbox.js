#!/usr/bin/env node
import { main } from '../dist/src/app/cli/index.js';

process.exitCode = await main(process.argv);
