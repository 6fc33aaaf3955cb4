import * as simdgrad from "simdgrad";
import { trainInPage } from "./train.js";

trainInPage(simdgrad);
